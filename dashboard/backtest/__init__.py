"""What a backtest found, as one self-contained page and as plain sentences.

Belongs here: reading its tables, wording and drawing them. Does not belong here: making a backtest
(models_ml), the terminal (orchestration).
"""

from dashboard.backtest.facts import BacktestFacts, Figure
from dashboard.backtest.page import render_backtest
from dashboard.backtest.verdict import verdict

__all__ = ["BacktestFacts", "Figure", "render_backtest", "verdict"]
