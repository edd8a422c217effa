"""Another catalogue's records → draft descriptors: the way in for a city that already publishes somewhere else.

    DCAT file or address ──fetch, xml, dcat──┐
                                             ├─► Record ──duplicates, draft──► Drafts ──write──► a folder, import-report.json
    CKAN address ────────────ckan────────────┘      (raw, as the source has it)    (clean, with a finding per defect)

Nothing of the source stops an import: what is wrong with a record is a finding, and the draft lacks that key. What is not
known is left out, never invented; `dulieumo check` then tells the owner what to add.
"""
