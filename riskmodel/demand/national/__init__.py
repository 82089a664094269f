"""The authorities of a panel projected together."""

from riskmodel.demand.national.courses import Course, NationalCourses
from riskmodel.demand.national.result import LeftOut, NationalRun
from riskmodel.demand.national.running import NATIONAL_STAGES, national_run

__all__ = ["NATIONAL_STAGES", "Course", "LeftOut", "NationalCourses", "NationalRun", "national_run"]
