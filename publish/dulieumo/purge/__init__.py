"""Find a value that slipped through in every place that we can reach, take it out, and look again.

    value.py   the value and the forms it takes; it is never shown      places.py  where it lies and what becomes of it
    history.py Git: all objects, and a history without the value        local.py   store, dist, site, caches, working tree

CKAN's side is `ckan/erase.py`; `cli/purge.py` puts them together: plan, apply, verify.
"""
