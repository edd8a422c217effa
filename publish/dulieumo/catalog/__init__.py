"""The release told to machines: DCAT-AP, schema.org, Croissant, feeds, sitemap, catalog.csv. Pure functions of a release."""
