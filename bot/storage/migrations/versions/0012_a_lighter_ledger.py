"""a ledger that is lighter to write: what is counted by date is what has ended, and what is looked for by name are announcements"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    ended = sa.text("next_at IS NULL")
    announced = sa.text("next_at IS NOT NULL AND kind IN ('announcement', 'sunset')")
    op.drop_index("ix_deliveries_slot", table_name="deliveries")
    op.drop_index("ix_deliveries_lesson_waiting", table_name="deliveries")
    op.create_index("ix_deliveries_ended", "deliveries", ["slot"], sqlite_where=ended, postgresql_where=ended)
    op.create_index(
        "ix_deliveries_announced", "deliveries", ["lesson_id"], sqlite_where=announced, postgresql_where=announced
    )


def downgrade() -> None:
    waiting = sa.text("next_at IS NOT NULL")
    op.drop_index("ix_deliveries_announced", table_name="deliveries")
    op.drop_index("ix_deliveries_ended", table_name="deliveries")
    op.create_index("ix_deliveries_slot", "deliveries", ["slot"])
    op.create_index(
        "ix_deliveries_lesson_waiting", "deliveries", ["lesson_id"], sqlite_where=waiting, postgresql_where=waiting
    )
