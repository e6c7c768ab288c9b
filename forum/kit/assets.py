from functools import lru_cache

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):
    """Static files under names that change with them, compressed; each address is found once and not on every page."""

    @lru_cache(maxsize=512)  # noqa: B019 - there is one storage, and it stays
    def url(self, name: str | None, force: bool = False) -> str:
        return super().url(name, force)
