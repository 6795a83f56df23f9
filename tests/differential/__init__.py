"""Expressions compared with what real Hive makes of them."""
