"""The WSGI entry point that the server loads."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")

django = get_wsgi_application()

from django.conf import settings  # noqa: E402

from forum.instruments.front import Instruments  # noqa: E402 - these need Django's settings
from forum.kit.intake import Intake  # noqa: E402
from forum.kit.positions import Positions, watch  # noqa: E402
from forum.kit.replicas import Reading  # noqa: E402
from forum.pages.door import Application, Door  # noqa: E402

inside: Application = Door(django)
if settings.REPLICAS:
    positions = Positions(settings.REPLICAS, lag=settings.REPLICA_LAG)
    watch(positions)
    inside = Reading(inside, positions)
application = Instruments(Intake(inside, largest=settings.DATA_UPLOAD_MAX_MEMORY_SIZE, threads=settings.THREADS))

# A long thread makes tens of thousands of objects and drops them again, none in a circle. Python's defaults would look
# through all that Django has loaded several times for each such page: a third of its time.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 100)
