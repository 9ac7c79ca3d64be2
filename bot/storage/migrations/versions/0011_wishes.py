"""what planning looks at, sealed apart; a ledger that is cheaper to write"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("learners", sa.Column("sealed_wishes", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("learners", "sealed_wishes")
