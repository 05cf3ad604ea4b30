"""Invented articles of any length, for timing."""

import numpy as np

_SENTENCES = """
The harbour board met on Thursday evening to hear what the storm had cost the town of Marrow Point.
Chair Ines Calloway said the eastern breakwater had moved by almost a metre, and that repairs could not wait for spring.
Two fishing boats, the Ellen May and the Corrigan, were still lying on the rocks below the lighthouse.
"We were lucky that nobody was aboard," said harbour master Tobias Frane, who has worked there for thirty-one years.
A man of 44 was treated in hospital for a broken arm after a gate struck him on Wharf Street.
Police said they had arrested a 19-year-old on suspicion of breaking into three shops during the power cut.
The school on Chandler Hill will stay closed until Tuesday, and pupils have been asked to work from home.
Electricity came back to most houses by noon, although some streets near the cannery were dark until the evening.
The council has put aside 2.4 million for emergency works, a sum that councillor Hugh Addison called a first step.
Shopkeepers in the old market swept water from their doors and counted what could still be sold.
The bakery of the Okafor family gave away bread to anyone who came in with wet shoes.
Insurers have received more than six hundred claims, according to the regional office.
Forecasters expect another band of rain on Saturday, but with far weaker winds.
The football club moved its home match to the neighbouring town and promised to honour all tickets.
An inquiry will look into why the warning sirens on the north pier did not sound.
Residents had complained about the sirens twice in the past year, minutes of the board show.
"I heard the water before I heard anything else," said Maud Pettifer, 78, whose kitchen was flooded to the windowsill.
Volunteers carried sandbags along the promenade until three in the morning.
The ferry company said that crossings would resume as soon as divers had looked at the ramp.
By Friday the gulls were back on the sea wall, and so were the anglers.
""".strip().splitlines()


def invented_article(words: int, seed: int = 0) -> str:
    """About `words` words of local news in paragraphs of four sentences."""
    dice = np.random.default_rng(seed)
    sentences: list[str] = []
    count = 0
    while count < words:
        sentences.append(_SENTENCES[dice.integers(len(_SENTENCES))])
        count += len(sentences[-1].split())
    paragraphs = [" ".join(sentences[i : i + 4]) for i in range(0, len(sentences), 4)]
    return "\n\n".join(paragraphs)
