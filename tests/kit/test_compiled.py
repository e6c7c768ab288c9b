import pytest
from django.db import DatabaseError

from accounts.models import User
from forum.kit.compiled import Compiled

NAMES = Compiled(lambda pk: User.objects.filter(pk__gte=pk).order_by("pk").values_list("pk", "username"))


def test_it_gives_the_rows_of_its_query(ann, ben):
    assert NAMES.rows(ann.pk) == [(ann.pk, "ann"), (ben.pk, "ben")]
    assert NAMES.row(ben.pk) == (ben.pk, "ben")
    assert NAMES.row(ben.pk + 1) is None


def test_a_query_of_more_than_its_parameter_is_refused(db):
    twice = Compiled(lambda pk: User.objects.filter(pk=pk, username="ann").values_list("pk"))
    with pytest.raises(ValueError, match="one parameter"):
        twice.rows(1)


@pytest.mark.django_db(transaction=True)
def test_a_fault_is_one_of_djangos(monkeypatch):
    monkeypatch.setattr(NAMES, "native_sql", "SELECT nonsense")
    with pytest.raises(DatabaseError):
        NAMES.row(1)
