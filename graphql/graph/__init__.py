"""Tandem's GraphQL schema: declared types, thin mutations, and the engine that reads."""
