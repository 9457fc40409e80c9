"""What the room says, in both languages."""

from __future__ import annotations

_WORDS = {
    "en": {
        "practice": "Practice", "mock": "Mock interview", "report": "Report",
        "intro": "The interview room. Run this cell in JupyterLab to practise the question that is due, to hold a mock interview, and to see how it goes over time. These are the questions:",
        "aloud": "Say your answer aloud, then unfold. Nobody hears it; saying it is the exercise.",
        "unfold": "Unfold the answers", "fold": "Fold them again", "rate": "How well did you say it?",
        "1": "1 · not at all", "2": "2 · with effort", "3": "3 · well", "4": "4 · easily",
        "due": "{question} comes again on {date}.", "none": "Nothing is due today. A mock interview is always possible.",
        "unfolded": "The answers are unfolded. Read them, then rate yourself.",
        "setup": "Questions: {questions}, minutes for each: {minutes}. You write your answer before you see any; time over is noted, and nothing is cut off.",
        "begin": "Begin", "resume": "Go on with the interview of {date}", "count": "Question {place} of {all}",
        "answer": "Your answer", "placeholder": "Write it as you would say it.", "done": "Done, show the rubric",
        "left": "{time} left", "over": "{time} over time", "up": "The time is over. Finish your sentence; it is only noted.",
        "yours": "What you wrote", "nothing": "(nothing)", "score": "Tick each point that your answer made",
        "next": "Next question", "finish": "Finish, show the report", "took": "You took {time}.", "took_over": "You took {time}, over time.",
        "ended": "The mock interview of {date} has ended, because this version of the course cannot go on with it; answers of it that are kept: {count}.",
        "result": "{points} of {all} points in this interview.",
        "no_mocks": "There is no mock interview yet. After the first one, its points stand here.",
        "share": "points of the rubric, %", "by_date": "By date", "by_topic": "By topic, all interviews", "over_time": "over time",
        "report_columns": "date,seed,points,share,over time", "topic_columns": "topic,points,share",
        "sheet": "Interview questions", "sheet_intro": "{count} questions with answers of 30 seconds, 3 minutes and at the whiteboard. Cover the answer, say yours aloud, then give yourself a point for each line of the rubric.",
    },
    "pt-BR": {
        "practice": "Praticar", "mock": "Entrevista simulada", "report": "Relatório",
        "intro": "A sala de entrevista. Rode esta célula no JupyterLab para praticar a pergunta do dia, fazer uma entrevista simulada e ver a sua evolução. As perguntas são estas:",
        "aloud": "Diga a sua resposta em voz alta e só depois abra as outras. Ninguém ouve; falar é o exercício.",
        "unfold": "Abrir as respostas", "fold": "Fechar de novo", "rate": "Como você se saiu?",
        "1": "1 · não saiu", "2": "2 · com esforço", "3": "3 · bem", "4": "4 · fácil",
        "due": "{question} volta em {date}.", "none": "Nada para hoje. Uma entrevista simulada sempre dá.",
        "unfolded": "As respostas estão abertas. Leia e depois se avalie.",
        "setup": "Perguntas: {questions}, minutos para cada uma: {minutes}. Você escreve a sua resposta antes de ver qualquer outra; o tempo que passar é anotado, e nada é cortado.",
        "begin": "Começar", "resume": "Continuar a entrevista de {date}", "count": "Pergunta {place} de {all}",
        "answer": "A sua resposta", "placeholder": "Escreva como você falaria.", "done": "Pronto, mostrar os critérios",
        "left": "faltam {time}", "over": "{time} além do tempo", "up": "O tempo acabou. Termine a frase; isso só fica anotado.",
        "yours": "O que você escreveu", "nothing": "(nada)", "score": "Marque cada ponto que a sua resposta trouxe",
        "next": "Próxima pergunta", "finish": "Terminar e ver o relatório", "took": "Você levou {time}.", "took_over": "Você levou {time}, além do tempo.",
        "ended": "A entrevista simulada de {date} terminou, porque esta versão do curso não consegue continuá-la; respostas dela que ficaram guardadas: {count}.",
        "result": "{points} de {all} pontos nesta entrevista.",
        "no_mocks": "Ainda não há entrevista simulada. Depois da primeira, os pontos dela aparecem aqui.",
        "share": "pontos dos critérios, %", "by_date": "Por data", "by_topic": "Por tema, todas as entrevistas", "over_time": "além do tempo",
        "report_columns": "data,seed,pontos,parte,além do tempo", "topic_columns": "tema,pontos,parte",
        "sheet": "Perguntas de entrevista", "sheet_intro": "{count} perguntas com respostas de 30 segundos, de 3 minutos e no quadro. Cubra a resposta, diga a sua em voz alta e dê a si um ponto para cada linha dos critérios.",
    },
}  # fmt: skip
_TOPICS = {
    "compute": "computação", "messaging": "mensageria", "idempotency": "idempotência", "security": "segurança", "api": "APIs",
    "data": "dados", "cost": "custo", "release": "deploy", "monitoring": "monitoramento", "scaling": "escala",
}  # fmt: skip


def words(lang: str) -> dict[str, str]:
    """The sentences of one language by their names; some have places to fill by ``format``."""
    return _WORDS.get(lang, _WORDS["en"])


def topic_name(topic: str, lang: str) -> str:
    """A topic as a reader of this language calls it."""
    return _TOPICS.get(topic, topic) if lang == "pt-BR" else topic


def minutes(seconds: float) -> str:
    """A duration as ``2:05``."""
    whole = round(abs(seconds))
    return f"{whole // 60}:{whole % 60:02}"
