"""The interview room: the questions, a mock interview against a clock, and the sheet to take along."""
