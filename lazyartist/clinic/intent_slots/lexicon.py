"""What is said, in two languages: fillers of slots, templates of intents, and a small dictionary, all written by hand.

Russian fillers have two forms, that of a dictionary and that which templates ask for: лампа, включи лампу. Russian
templates say the same as English ones in their own way; none is a translation word by word.
"""

from __future__ import annotations


# slot -> "English Russian inflected", comma-separated
FILLERS = {
    "city": "london лондон лондоне, paris париж париже, moscow москва москве, rome рим риме, berlin берлин берлине, "
    "madrid мадрид мадриде, vienna вена вене, prague прага праге",
    "device": "lamp лампа лампу, fan вентилятор вентилятор, heater обогреватель обогреватель, radio радио радио, "
    "kettle чайник чайник, television телевизор телевизор, oven духовка духовку, printer принтер принтер",
    "room": "kitchen кухня кухне, bedroom спальня спальне, garage гараж гараже, office кабинет кабинете, "
    "bathroom ванная ванной, nursery детская детской, hall зал зале",
    "dish": "pizza пицца пиццу, soup суп суп, salad салат салат, pancakes блины блины, rice рис рис, fish рыба рыбу, "
    "chicken курица курицу, porridge каша кашу",
    "day": "monday понедельник понедельник, tuesday вторник вторник, wednesday среда среду, "
    "thursday четверг четверг, friday пятница пятницу, saturday суббота субботу, sunday воскресенье воскресенье",
    "genre": "jazz джаз джаз, rock рок рок, opera опера оперу, blues блюз блюз, techno техно техно, "
    "waltz вальс вальс, lullaby колыбельная колыбельную",
    "person": "anna анна анне, ivan иван ивану, mother мама маме, brother брат брату, boss начальник начальнику, "
    "doctor врач врачу, grandmother бабушка бабушке, sister сестра сестре",
    "number": "two два два, three три три, four четыре четыре, five пять пять, six шесть шесть, seven семь семь, "
    "eight восемь восемь, ten десять десять",
}

# intent -> English templates, Russian templates; a slot in capitals asks for the inflected form
TEMPLATES = {
    "weather": (
        (
            "what is the weather in {city} on {day}",
            "will it rain in {city}",
            "tell me the forecast for {city} for {day}",
        ),
        (
            "какая погода в {CITY} в {DAY}",
            "брать ли зонт в {CITY} обещают дождь",
            "скажи прогноз на {DAY} город {city}",
        ),
    ),
    "turn on": (
        ("turn on the {device} in the {room}", "please switch the {device} on", "start the {device} in the {room}"),
        ("включи {DEVICE} в {ROOM}", "пусть {device} включится", "запусти {DEVICE} в {ROOM} пожалуйста"),
    ),
    "turn off": (
        ("turn off the {device} in the {room}", "please stop the {device}", "the {device} in the {room} must go off"),
        ("выключи {DEVICE} в {ROOM}", "{device} пора выключить", "останови {DEVICE} в {ROOM} пожалуйста"),
    ),
    "order": (
        (
            "order {number} portions of {dish} for {person}",
            "i want to eat {dish}",
            "bring {dish} to the {room} for {number} people",
        ),
        (
            "закажи {DISH} порций {NUMBER} отдать {PERSON}",
            "я бы съел {DISH}",
            "нас {NUMBER} человек и мы в {ROOM} принеси {DISH}",
        ),
    ),
    "music": (
        ("play some {genre} in the {room}", "i want to listen to {genre}", "put on {genre} music for {person}"),
        ("играй {GENRE} в {ROOM}", "хочу послушать {GENRE}", "поставь {PERSON} музыку лучше {GENRE}"),
    ),
    "call": (
        ("call {person} on {day}", "i need to talk to {person}", "make a phone call to {person} at {number}"),
        ("позвони {PERSON} в {DAY}", "нужно поговорить набери номер {PERSON}", "в {NUMBER} сделай звонок {PERSON}"),
    ),
    "alarm": (
        (
            "wake me up at {number} on {day}",
            "set an alarm for {number}",
            "remind {person} about the meeting on {day}",
        ),
        (
            "разбуди меня в {NUMBER} в {DAY}",
            "заведи будильник на {NUMBER}",
            "напомни {PERSON} что в {DAY} встреча",
        ),
    ),
}

# all other English words of the templates, as a dictionary gives them; what Russian has no word for is empty
DICTIONARY = (
    "what какой, is есть, the , weather погода, in в, on на, will быть, it это, rain дождь, tell сказать, me мне, "
    "forecast прогноз, for для, turn включить, please пожалуйста, switch включить, start запустить, off выключить, "
    "stop остановить, must должен, go идти, order заказать, portions порция, of из, i я, want хотеть, to к, eat есть, "
    "bring принести, people человек, play играть, some немного, listen слушать, put поставить, music музыка, "
    "call позвонить, need нужно, talk говорить, make сделать, a , phone телефон, at в, wake разбудить, up вверх, "
    "set поставить, an , alarm будильник, remind напомнить, about о, meeting встреча"
)

INTENTS = tuple(TEMPLATES)
SLOTS = ("O", *FILLERS)  # O: a word outside of all slots
EMPTY_WORDS = frozenset(["the", "a", "an", "is", "it", "to", "of"])  # Russian does without them


def fillers() -> dict[str, list[tuple[str, str, str]]]:
    """Return for each slot its fillers: English, Russian as in a dictionary, Russian inflected."""
    rows = {slot: [line.split() for line in text.split(", ")] for slot, text in FILLERS.items()}
    return {slot: [(english, base, inflected) for english, base, inflected in lines] for slot, lines in rows.items()}


def other_words() -> dict[str, str]:
    """Return the dictionary of all words that fill no slot, English to Russian."""
    pairs = (entry.strip().partition(" ") for entry in DICTIONARY.split(","))
    return {english: russian.strip() for english, _, russian in pairs}
