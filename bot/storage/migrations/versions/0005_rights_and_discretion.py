"""which messages stand in a chat, when they are tidied away, and who is about to be forgotten for being away"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TIDIED = sa.text("tidy_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("learners", sa.Column("leaves_at", MOMENT))
    op.create_index(op.f("ix_learners_seen_at"), "learners", ["seen_at"])
    op.create_index("ix_learners_key_id", "learners", ["key_id"])
    op.add_column("deliveries", sa.Column("tidy_at", MOMENT))
    op.create_index("ix_deliveries_tidy", "deliveries", ["tidy_at"], sqlite_where=TIDIED, postgresql_where=TIDIED)
    op.add_column("inbox", sa.Column("message", sa.Integer()))
    # With a default, so that the version before, side by side with this one, goes on adding rows.
    op.add_column("inbox", sa.Column("said", sa.Text(), server_default="", nullable=False))
    op.add_column("inbox", sa.Column("tidy_at", MOMENT))
    op.create_index("ix_inbox_tidy", "inbox", ["tidy_at"], sqlite_where=TIDIED, postgresql_where=TIDIED)


def downgrade() -> None:
    op.drop_index("ix_inbox_tidy", "inbox")
    for column in ("tidy_at", "said", "message"):
        op.drop_column("inbox", column)
    op.drop_index("ix_deliveries_tidy", "deliveries")
    op.drop_column("deliveries", "tidy_at")
    op.drop_index("ix_learners_key_id", "learners")
    op.drop_index(op.f("ix_learners_seen_at"), "learners")
    op.drop_column("learners", "leaves_at")
