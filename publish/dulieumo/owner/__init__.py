"""The tools of the data owner: from a spreadsheet to a described table, and from a new file to the next version.

    source.py ─ raw cells of a file ─► layout.py ─ where the table is ─► values.py, infer.py ─ what its columns are
    scaffold.py writes a descriptor · template.py a workbook to fill in · update.py takes a filled one back · fix.py repairs
    rehearsal.py checks a change before anything is written; yamledit.py changes a descriptor without touching the rest of it

The commands and the local web page call the same functions.
"""
