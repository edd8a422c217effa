"""Who answers for a dataset: owners, reminders, legal basis, and the log of what was published."""
