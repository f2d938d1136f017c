"""What Earpiece learns and offers: whole replies, the rest of the sentence, links. No cloud, numpy at most."""
