"""A CX platform's agent desk, to try the widget in: customers write, visitors answer, every fact of it is delivered.

It stands outside of Earpiece, as a company's own desk would: it knows an account's webhook secret and API key, and
nothing else of it.
"""
