import pytest
from django.urls import reverse


@pytest.fixture
def act_url():
    """``act_url("hide", comment, …)`` is where the desk asks for the reason of an act on these rows."""

    def url(act: str, *rows) -> str:
        meta = rows[0]._meta
        address = reverse(f"admin:{meta.app_label}_{meta.model_name}_act", args=[act])
        return f"{address}?{'&'.join(f'id={row.pk}' for row in rows)}"

    return url


@pytest.fixture
def desk_url():
    """``desk_url(comment)`` is its page at the desk, ``desk_url(Comment)`` the list."""

    def url(row, page: str = "") -> str:
        name = f"admin:{row._meta.app_label}_{row._meta.model_name}"
        if isinstance(row, type):
            return reverse(f"{name}_{page or 'changelist'}")
        return reverse(f"{name}_{page or 'change'}", args=[row.pk])

    return url
