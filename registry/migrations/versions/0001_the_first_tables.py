"""the first tables"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "heads",
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("origin", sa.String(length=255), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("published_size", sa.BigInteger(), nullable=False),
        sa.Column("trust_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("place"),
    )
    op.create_table(
        "leaves",
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("idx", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("leaf", sa.LargeBinary(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("number", sa.String(length=10), nullable=True),
        sa.Column("object_sha256", sa.LargeBinary(length=32), nullable=True),
        sa.Column("trust_version", sa.Integer(), nullable=True),
        sa.Column("logged_at", sa.BigInteger(), nullable=True),
        sa.Column("checkpoint_size", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("place", "idx"),
    )
    with op.batch_alter_table("leaves", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_leaves_leaf"), ["leaf"], unique=False)
        batch_op.create_index(batch_op.f("ix_leaves_number"), ["number"], unique=False)
        batch_op.create_index(batch_op.f("ix_leaves_object_sha256"), ["object_sha256"], unique=False)

    op.create_table(
        "marks",
        sa.Column("number", sa.String(length=10), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("idx", sa.BigInteger(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(length=32), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("kid", sa.LargeBinary(length=8), nullable=False),
        sa.Column("owner", sa.String(length=255), nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=False),
        sa.Column("status_uri", sa.String(length=255), nullable=False),
        sa.Column("status_index", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("suspended_by_authority", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Integer(), nullable=True),
        sa.Column("successor", sa.String(length=10), nullable=True),
        sa.Column("last_leaf", sa.LargeBinary(length=32), nullable=False),
        sa.Column("logged_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("place", "idx"),
        sa.UniqueConstraint("status_uri", "status_index"),
    )
    with op.batch_alter_table("marks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_marks_holder"), ["holder"], unique=False)
        batch_op.create_index(batch_op.f("ix_marks_level"), ["level"], unique=False)
        batch_op.create_index(batch_op.f("ix_marks_status"), ["status"], unique=False)
        batch_op.create_index(batch_op.f("ix_marks_successor"), ["successor"], unique=False)

    op.create_table(
        "organisations",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_latin", sa.Text(), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("organisations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisations_country"), ["country"], unique=False)

    op.create_table(
        "submissions",
        sa.Column("receipt", sa.String(length=64), nullable=False),
        sa.Column("arrival", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("pending_answer", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("receipt"),
    )
    with op.batch_alter_table("submissions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_submissions_arrival"), ["arrival"], unique=False)
        batch_op.create_index(batch_op.f("ix_submissions_state"), ["state"], unique=False)

    op.create_table(
        "events",
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("idx", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.String(length=10), nullable=False),
        sa.Column("leaf", sa.LargeBinary(length=32), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Integer(), nullable=True),
        sa.Column("successor", sa.String(length=10), nullable=True),
        sa.Column("status_after", sa.Integer(), nullable=False),
        sa.Column("effective", sa.Boolean(), nullable=False),
        sa.Column("logged_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["number"],
            ["marks.number"],
        ),
        sa.PrimaryKeyConstraint("place", "idx"),
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_events_number"), ["number"], unique=False)

    op.create_table(
        "profiles",
        sa.Column("number", sa.String(length=10), nullable=False),
        sa.Column("iat", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["number"],
            ["marks.number"],
        ),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "search_keys",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation", sa.String(length=80), nullable=False),
        sa.Column("matched", sa.String(length=8), nullable=False),
        sa.Column(
            "key",
            sa.String(length=240).with_variant(sa.String(length=240, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["organisations.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("search_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_search_keys_organisation"), ["organisation"], unique=False)
        batch_op.create_index("search_keys_by_key", ["key", "organisation"], unique=False)

    op.create_table(
        "search_grams",
        sa.Column(
            "gram",
            sa.String(length=2).with_variant(sa.String(length=2, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("key_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["key_id"],
            ["search_keys.id"],
        ),
        sa.PrimaryKeyConstraint("gram", "key_id"),
    )
    with op.batch_alter_table("search_grams", schema=None) as batch_op:
        batch_op.create_index("search_grams_by_gram", ["gram", "key_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("search_grams", schema=None) as batch_op:
        batch_op.drop_index("search_grams_by_gram")

    op.drop_table("search_grams")
    with op.batch_alter_table("search_keys", schema=None) as batch_op:
        batch_op.drop_index("search_keys_by_key")
        batch_op.drop_index(batch_op.f("ix_search_keys_organisation"))

    op.drop_table("search_keys")
    op.drop_table("profiles")
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_events_number"))

    op.drop_table("events")
    with op.batch_alter_table("submissions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_submissions_state"))
        batch_op.drop_index(batch_op.f("ix_submissions_arrival"))

    op.drop_table("submissions")
    with op.batch_alter_table("organisations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisations_country"))

    op.drop_table("organisations")
    with op.batch_alter_table("marks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_marks_successor"))
        batch_op.drop_index(batch_op.f("ix_marks_status"))
        batch_op.drop_index(batch_op.f("ix_marks_level"))
        batch_op.drop_index(batch_op.f("ix_marks_holder"))

    op.drop_table("marks")
    with op.batch_alter_table("leaves", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_leaves_object_sha256"))
        batch_op.drop_index(batch_op.f("ix_leaves_number"))
        batch_op.drop_index(batch_op.f("ix_leaves_leaf"))

    op.drop_table("leaves")
    op.drop_table("heads")
