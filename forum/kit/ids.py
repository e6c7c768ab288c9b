"""Ids taken from a table's own sequence before the rows are written."""

from django.db import connections, models, transaction


def reserve_ids(model: type[models.Model], count: int, *, using: str = "default") -> list[int]:
    """Take ``count`` primary keys of ``model`` that nobody else will get, in rising order.

    A row that stores its own id in a second column (``tree_id``) can so be written in one insert. The keys come from
    the sequence the table itself uses: on PostgreSQL by ``nextval`` (no lock, gaps after a rollback), on SQLite from
    ``sqlite_sequence``, which needs the write lock, so there the call must stand inside a transaction.
    """
    if count < 1:
        raise ValueError(f"count must be at least 1: {count}")
    connection = connections[using]
    table = model._meta.db_table
    column = model._meta.pk.attname
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [connection.ops.quote_name(table), column, count],
            )
            return sorted(row[0] for row in cursor.fetchall())
    if connection.vendor == "sqlite":
        if not connection.in_atomic_block:
            raise transaction.TransactionManagementError("reserve_ids() on SQLite needs an open transaction.")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE sqlite_sequence SET seq = seq + %s WHERE name = %s RETURNING seq", [count, table])
            row = cursor.fetchone()
            if row is None:  # SQLite writes the table's row there at its first insert
                cursor.execute(
                    f"INSERT INTO sqlite_sequence (name, seq) "  # noqa: S608 - the names are the model's own
                    f"SELECT %s, COALESCE(MAX({connection.ops.quote_name(column)}), 0) + %s "
                    f"FROM {connection.ops.quote_name(table)} RETURNING seq",
                    [table, count],
                )
                row = cursor.fetchone()
        return list(range(row[0] - count + 1, row[0] + 1))
    raise NotImplementedError(f"no way to reserve ids on {connection.vendor}")
