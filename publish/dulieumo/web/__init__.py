"""The owners' page: a small web page on this machine, for those who have a spreadsheet and no terminal.

    server.py ─ loopback, a free port ─► guard.py ─ who may ask ─► app.py ─ addresses ─► desk.py ─ the owner's files
view.py makes what the templates show

What it does are the functions of `dulieumo.owner`, as the commands `update`, `check` and `preview` call them. The framework is
an extra: nothing outside this package imports it.
"""
