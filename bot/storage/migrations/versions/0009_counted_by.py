"""what the operator's page counts by"""

from alembic import op

revision = "0009"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_deliveries_slot", "deliveries", ["slot"])
    op.create_index("ix_passages_lesson_id", "passages", ["lesson_id"])
    op.create_index("ix_reflections_lesson_id_learner_id", "reflections", ["lesson_id", "learner_id"])


def downgrade() -> None:
    op.drop_index("ix_reflections_lesson_id_learner_id", table_name="reflections")
    op.drop_index("ix_passages_lesson_id", table_name="passages")
    op.drop_index("ix_deliveries_slot", table_name="deliveries")
