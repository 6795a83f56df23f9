"""Hive's grammar: from the words of a statement to its syntax, and nothing that Hive refuses."""
