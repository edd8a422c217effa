"""CKAN: what shall be there, what is there, what to do about it, doing it, and looking at it from outside.

    plan.plan(release, remote, intent)          -> Plan            pure
    remote.read(client, release, ...)           -> Remote          the reads that a plan needs
    push.push(plan, release, store, client, …)  -> Receipt         the plan, carried out
    verify.verify(release, store, client, …)    -> Verification    anonymous

`mapping.py` says how a dataset looks on CKAN, `stamp.py` what we leave there to know our own work again, and
`marking.py` what a push writes into it.
"""
