"""A server of public documents, as price lists and other feeds are: what is served, how it fails, who asked.

It deliberately knows no feed's format: a document is the bytes that the control API set.
"""
