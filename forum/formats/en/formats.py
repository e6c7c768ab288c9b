"""How Django writes times where it does so itself, above all at the desk: as the site's pages do."""

DATE_FORMAT = "j F Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j F Y, H:i"
