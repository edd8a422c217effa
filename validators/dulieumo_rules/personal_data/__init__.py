"""The personal-data gate: which columns hold data about persons, decided per column, before anything is public.

A column is judged by what its header says, by the share of its values that have an identifier's form, by checksum or
decoding, and by how unique its values are. `gate.judge` gives a decision per column: *block*, *review*, or nothing.
Kinds follow Decree 356/2025/NĐ-CP, articles 3 (basic) and 4 (sensitive). Values leave this package masked only.

    identifiers.py  forms, checksums          headers.py  what columns are called      names.py  Vietnamese personal names
    evidence.py     facts of one column       freetext.py identifiers inside texts     gate.py   the decision
    overrides.py    reviewed exceptions       masking.py  what may be shown
"""
