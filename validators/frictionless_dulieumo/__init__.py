"""A Frictionless plugin: offers every rule of `dulieumo_rules` to the stock `frictionless validate`."""
