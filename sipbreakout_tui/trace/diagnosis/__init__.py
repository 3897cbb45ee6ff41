"""Why a call took the way it took: what was seen, held against what `route` says."""
