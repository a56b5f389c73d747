"""Who may sign, and how.

Three questions, in this order:

* `keys.algorithms`: which bytes are a public key, which bytes are a signature under it?
* `keys.signer`: where does the private half live, and how is it asked to sign?
* `keys.trust`: whose key is it? Only a chain of trust documents answers that, and the chain starts at an
  anchor the asker already holds (docs/format.md §5).
"""
