"""The web application for a WSGI server: `gunicorn wsgi:app`, with AKASHI_HOME set.

Reads what `akashi-registry` reads: AKASHI_HOME, AKASHI_DATABASE_URL, AKASHI_PUBLIC_URL. Whatever is
missing is named at once, and nothing is served.
"""

from registry.app import from_environment

app = from_environment()
