"""The web application for a WSGI server of your choice, with AKASHI_HOME set; `akashi-registry serve` needs no other.

Reads what `akashi-registry` reads: AKASHI_HOME, AKASHI_DATABASE_URL, AKASHI_PUBLIC_URL. Whatever is
missing is named at once, and nothing is served.
"""

from registry.app import from_environment

app = from_environment()
