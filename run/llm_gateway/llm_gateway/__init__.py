"""The only way out to a language model: OpenAI's API in, an account's own providers behind it."""
