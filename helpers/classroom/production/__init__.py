"""Loja in production, with one bottleneck in it that the traces show: the account of lab 14.

Which of six it is, in which function, and what the functions are called is drawn from a badge, the learner's own word. So every
learner has another case, and the judge, who reads the badge in the account, knows the truth without being told.
"""

from helpers.classroom.production.build import Shop, production
from helpers.classroom.production.case import KINDS, Case

__all__ = ["KINDS", "Case", "Shop", "production"]
