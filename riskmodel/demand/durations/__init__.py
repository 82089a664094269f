"""How long plans and periods of care last: distributions and their fits.

A fit takes any mixture of evidence: a printed mean or share, published bands of plans that ended or
are open, and single dates.
"""
