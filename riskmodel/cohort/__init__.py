"""Synthetic assessments made from published targets; their fidelity, and their export."""

from riskmodel.cohort.fidelity import (
    Fidelity,
    FidelityCheck,
    check_fidelity,
    factors_an_assessment,
    joint_structure,
    parental_lifts,
)
from riskmodel.cohort.generate import (
    PARENTAL_FACTORS,
    CohortBlock,
    CohortDesign,
    cohort_basis,
    generate_blocks,
    generate_cohort,
    loadings,
    reference_design,
    unit_blocks,
)
from riskmodel.cohort.overlap import calibrated_loading, joint_probability, lift
from riskmodel.cohort.targets import CohortTargets, published_targets

__all__ = [
    "PARENTAL_FACTORS",
    "CohortBlock",
    "CohortDesign",
    "CohortTargets",
    "Fidelity",
    "FidelityCheck",
    "calibrated_loading",
    "check_fidelity",
    "cohort_basis",
    "factors_an_assessment",
    "generate_blocks",
    "generate_cohort",
    "joint_probability",
    "joint_structure",
    "lift",
    "loadings",
    "parental_lifts",
    "published_targets",
    "reference_design",
    "unit_blocks",
]
