"""Mutations: each is one command of the domain, named noun first."""
