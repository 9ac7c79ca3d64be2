"""what planning looks at, sealed apart; a ledger that is cheaper to write"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("learners", sa.Column("sealed_wishes", sa.LargeBinary(), nullable=True))
    arrived = sa.text("message IS NOT NULL")
    op.drop_index("ix_deliveries_learner_id_message", table_name="deliveries")
    op.create_index(
        "ix_deliveries_learner_id_message",
        "deliveries",
        ["learner_id", "message"],
        sqlite_where=arrived,
        postgresql_where=arrived,
    )


def downgrade() -> None:
    op.drop_index("ix_deliveries_learner_id_message", table_name="deliveries")
    op.create_index("ix_deliveries_learner_id_message", "deliveries", ["learner_id", "message"])
    op.drop_column("learners", "sealed_wishes")
