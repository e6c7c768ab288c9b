"""The WSGI entry point that the server loads."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")

django = get_wsgi_application()

from django.conf import settings  # noqa: E402

from forum.instruments.front import Instruments  # noqa: E402 - they need Django's settings
from forum.kit.intake import Intake  # noqa: E402
from forum.pages.door import Door  # noqa: E402

inside = Intake(Door(django), largest=settings.DATA_UPLOAD_MAX_MEMORY_SIZE, threads=settings.THREADS)
application = Instruments(inside)

# A long thread makes tens of thousands of objects and drops them again, none in a circle. Python's defaults would look
# through all that Django has loaded several times for each such page: a third of its time.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 100)
