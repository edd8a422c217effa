"""The rules of ours, pure: what is wrong with a cell, a column or a table, and how to say it. Imports neither frictionless nor dulieumo."""
