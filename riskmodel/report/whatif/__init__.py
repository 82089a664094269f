"""A page that managers can play with, offline: the arithmetic of a projection in the browser.

Python writes the numbers, a few hundred stored simulations of a folder's projection (``stored``,
``service``), its scenarios (``changes``), and what can be moved with the evidence beside it
(``controls``, ``evidence``); ``page`` puts them, the styles and the modules of ``page/`` into one
file.
"""

from riskmodel.report.whatif.page import WHATIF, whatif_beside, whatif_page

__all__ = ["WHATIF", "whatif_beside", "whatif_page"]
