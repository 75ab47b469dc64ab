"""Words for the steps of scales of answers, lowest first, in English, German, French, Spanish, Italian and Dutch."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

Step = tuple[str, ...]
"""Ways to say one step, as `plain` writes them."""


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale of answers: what it asks for, and its steps, lowest first."""

    name: str
    steps: tuple[Step, ...]

    def step_of(self, text: str) -> int | None:
        """The number of the step that a text is, from 0; None where it is none."""
        return _PLACES[self.name].get(plain(text))


def plain(text: str) -> str:
    """Return a text in small letters, with plain apostrophes and single blanks, without marks around it."""
    text = text.casefold().replace("’", "'").replace("`", "'")
    text = re.sub(r"[\s\u00a0_]+", " ", text)
    return text.strip(" .,;:!\"'()[]-–")


def _scale(name: str, *steps: str) -> Scale:
    return Scale(name, tuple(tuple(plain(text) for text in step.split("|")) for step in steps))


SCALES: tuple[Scale, ...] = (
    _scale(
        "agreement",
        "strongly disagree|disagree strongly|completely disagree|totally disagree|fully disagree|definitely disagree|"
        "stimme überhaupt nicht zu|stimme gar nicht zu|trifft überhaupt nicht zu|trifft gar nicht zu|lehne stark ab|"
        "stimme absolut nicht zu|pas du tout d'accord|tout à fait en désaccord|totalement en désaccord|"
        "fortement en désaccord|totalmente en desacuerdo|muy en desacuerdo|completamente en desacuerdo|"
        "fortemente in disaccordo|totalmente in disaccordo|completamente in disaccordo|per niente d'accordo|"
        "del tutto in disaccordo|helemaal mee oneens|zeer oneens|zeer mee oneens|volledig oneens|volledig mee oneens|"
        "helemaal oneens|helemaal niet mee eens",
        "disagree|stimme nicht zu|trifft nicht zu|lehne ab|pas d'accord|en désaccord|en desacuerdo|in disaccordo|"
        "non d'accordo|non sono d'accordo|oneens|mee oneens|niet mee eens",
        "somewhat disagree|slightly disagree|rather disagree|tend to disagree|mostly disagree|stimme eher nicht zu|"
        "trifft eher nicht zu|trifft kaum zu|plutôt pas d'accord|plutôt en désaccord|algo en desacuerdo|"
        "más bien en desacuerdo|parzialmente in disaccordo|piuttosto in disaccordo|poco d'accordo|enigszins oneens|"
        "enigszins mee oneens|beetje mee oneens|een beetje mee oneens",
        "neither agree nor disagree|neutral|undecided|neither|neither nor|no opinion either way|weder noch|weder/noch|"
        "teils teils|teils/teils|teils, teils|teils-teils|unentschieden|stimme teilweise zu|trifft teilweise zu|"
        "stimme weder zu noch nicht zu|ni d'accord ni pas d'accord|ni en accord ni en désaccord|"
        "ni d'accord, ni pas d'accord"
        "|neutre|ni de acuerdo ni en desacuerdo|neutral|né d'accordo né in disaccordo|neutrale|"
        "niet mee eens, niet mee oneens|niet mee eens en niet mee oneens|noch mee eens noch mee oneens|"
        "niet mee eens/niet mee oneens|neutraal|eens noch oneens|mee eens noch oneens",
        "somewhat agree|slightly agree|rather agree|tend to agree|mostly agree|stimme eher zu|trifft eher zu|"
        "plutôt d'accord|algo de acuerdo|más bien de acuerdo|abbastanza d'accordo|piuttosto d'accordo|"
        "parzialmente d'accordo|enigszins eens|enigszins mee eens|beetje mee eens|een beetje mee eens",
        "agree|stimme zu|trifft zu|d'accord|de acuerdo|d'accordo|sono d'accordo|eens|mee eens",
        "strongly agree|agree strongly|completely agree|totally agree|fully agree|definitely agree|stimme voll zu|"
        "stimme voll und ganz zu|stimme völlig zu|stimme vollkommen zu|stimme stark zu|trifft voll zu|"
        "trifft voll und ganz zu|trifft völlig zu|trifft genau zu|tout à fait d'accord|totalement d'accord|"
        "fortement d'accord|entièrement d'accord|totalmente de acuerdo|muy de acuerdo|completamente de acuerdo|"
        "totalmente d'accordo|molto d'accordo|completamente d'accordo|fortemente d'accordo|del tutto d'accordo|"
        "helemaal eens|helemaal mee eens|volledig eens|volledig mee eens|zeer eens|zeer mee eens",
    ),
    _scale(
        "satisfaction",
        "very dissatisfied|very unsatisfied|extremely dissatisfied|completely dissatisfied|not at all satisfied|"
        "sehr unzufrieden|äußerst unzufrieden|völlig unzufrieden|très insatisfait|très insatisfaite|"
        "pas du tout satisfait|"
        "pas du tout satisfaite|muy insatisfecho|muy insatisfecha|nada satisfecho|nada satisfecha|molto insoddisfatto|"
        "molto insoddisfatta|per niente soddisfatto|per niente soddisfatta|zeer ontevreden|heel ontevreden",
        "dissatisfied|unsatisfied|unzufrieden|insatisfait|insatisfaite|pas satisfait|insatisfecho|insatisfecha|"
        "insoddisfatto|insoddisfatta|ontevreden",
        "somewhat dissatisfied|slightly dissatisfied|rather dissatisfied|eher unzufrieden|plutôt insatisfait|"
        "plutôt insatisfaite|algo insatisfecho|poco satisfecho|piuttosto insoddisfatto|poco soddisfatto|"
        "enigszins ontevreden",
        "neither satisfied nor dissatisfied|neutral|neither|weder zufrieden noch unzufrieden|teils teils|teils/teils|"
        "weder noch|ni satisfait ni insatisfait|neutre|ni satisfecho ni insatisfecho|né soddisfatto né insoddisfatto|"
        "neutrale|niet tevreden, niet ontevreden|niet tevreden en niet ontevreden|tevreden noch ontevreden|neutraal",
        "somewhat satisfied|slightly satisfied|rather satisfied|fairly satisfied|eher zufrieden|plutôt satisfait|"
        "plutôt satisfaite|algo satisfecho|algo satisfecha|abbastanza soddisfatto|abbastanza soddisfatta|"
        "enigszins tevreden",
        "satisfied|zufrieden|satisfait|satisfaite|satisfecho|satisfecha|soddisfatto|soddisfatta|tevreden",
        "very satisfied|sehr zufrieden|très satisfait|très satisfaite|muy satisfecho|muy satisfecha|molto soddisfatto|"
        "molto soddisfatta|zeer tevreden|heel tevreden",
        "extremely satisfied|completely satisfied|äußerst zufrieden|völlig zufrieden|extrêmement satisfait|"
        "totalement satisfait|totalmente satisfecho|completamente soddisfatto|uiterst tevreden",
    ),
    _scale(
        "frequency",
        "never|nie|niemals|jamais|nunca|mai|nooit",
        "almost never|hardly ever|very rarely|very seldom|fast nie|sehr selten|presque jamais|très rarement|casi nunca|"
        "muy raramente|quasi mai|molto raramente|bijna nooit|zeer zelden",
        "rarely|seldom|selten|rarement|rara vez|raramente|pocas veces|di rado|zelden",
        "occasionally|now and then|once in a while|gelegentlich|ab und zu|hin und wieder|de temps en temps|"
        "occasionnellement|de vez en cuando|ocasionalmente|ogni tanto|occasionalmente|di tanto in tanto|af en toe",
        "sometimes|manchmal|parfois|quelquefois|a veces|algunas veces|a volte|qualche volta|talvolta|soms",
        "often|frequently|regularly|oft|häufig|regelmäßig|souvent|régulièrement|a menudo|frecuentemente|con frecuencia|"
        "regularmente|spesso|frequentemente|regolarmente|vaak|regelmatig",
        "very often|very frequently|usually|mostly|most of the time|sehr oft|sehr häufig|meistens|très souvent|"
        "la plupart du temps|muy a menudo|muchas veces|con mucha frecuencia|molto spesso|di solito|heel vaak|zeer vaak|"
        "meestal",
        "almost always|nearly always|fast immer|presque toujours|casi siempre|quasi sempre|bijna altijd",
        "always|immer|toujours|siempre|sempre|altijd",
    ),
    _scale(
        "how often",
        "never|nie|jamais|nunca|mai|nooit",
        "less than once a year|less often|seltener|seltener als einmal im jahr|moins souvent|menos a menudo|"
        "meno spesso|"
        "minder vaak",
        "yearly|annually|once a year|jährlich|einmal im jahr|einmal pro jahr|une fois par an|una vez al año|"
        "una volta all'anno|jaarlijks|een keer per jaar",
        "several times a year|a few times a year|mehrmals im jahr|mehrmals pro jahr|plusieurs fois par an|"
        "varias veces al año|più volte all'anno|alcune volte all'anno|enkele keren per jaar|meerdere keren per jaar",
        "less than once a month|seltener als einmal im monat|moins d'une fois par mois|menos de una vez al mes|"
        "meno di una volta al mese|minder dan een keer per maand",
        "monthly|once a month|every month|monatlich|einmal im monat|einmal pro monat|une fois par mois|mensuel|"
        "una vez al mes|una volta al mese|maandelijks|een keer per maand",
        "several times a month|a few times a month|2-3 times a month|mehrmals im monat|mehrmals pro monat|"
        "plusieurs fois par mois|varias veces al mes|più volte al mese|meerdere keren per maand|enkele keren per maand",
        "less than once a week|seltener als einmal pro woche|moins d'une fois par semaine|menos de una vez a la semana",
        "weekly|once a week|every week|wöchentlich|einmal pro woche|einmal die woche|einmal in der woche|"
        "une fois par semaine|una vez a la semana|una vez por semana|una volta a settimana|una volta alla settimana|"
        "wekelijks|een keer per week",
        "several times a week|a few times a week|2-3 times a week|mehrmals pro woche|mehrmals die woche|"
        "mehrmals in der woche|plusieurs fois par semaine|varias veces a la semana|varias veces por semana|"
        "più volte a settimana|più volte alla settimana|meerdere keren per week|enkele keren per week",
        "almost every day|almost daily|fast täglich|fast jeden tag|presque tous les jours|casi todos los días|"
        "quasi ogni giorno|bijna elke dag",
        "daily|every day|once a day|täglich|jeden tag|tous les jours|chaque jour|todos los días|a diario|ogni giorno|"
        "tutti i giorni|dagelijks|elke dag",
        "several times a day|multiple times a day|mehrmals täglich|mehrmals am tag|plusieurs fois par jour|"
        "varias veces al día|più volte al giorno|meerdere keren per dag",
    ),
    _scale(
        "importance",
        "not at all important|not important at all|completely unimportant|very unimportant|überhaupt nicht wichtig|"
        "gar nicht wichtig|sehr unwichtig|völlig unwichtig|pas du tout important|pas du tout importante|"
        "nada importante|"
        "per niente importante|per nulla importante|helemaal niet belangrijk|zeer onbelangrijk",
        "not important|unimportant|not very important|of little importance|low importance|nicht wichtig|unwichtig|"
        "pas important|peu important|peu importante|no importante|poco importante|sin importancia|non importante|"
        "niet belangrijk|onbelangrijk",
        "slightly important|a little important|weniger wichtig|eher unwichtig|plutôt pas important|algo importante|"
        "un po' importante|een beetje belangrijk|enigszins belangrijk",
        "somewhat important|moderately important|neutral|fairly important|teils teils|teils/teils|mittelmäßig wichtig|"
        "moyennement important|neutre|moderadamente importante|moderatamente importante|neutrale|neutraal|"
        "gemiddeld belangrijk",
        "rather important|quite important|eher wichtig|ziemlich wichtig|plutôt important|assez important|"
        "bastante importante|abbastanza importante|tamelijk belangrijk|vrij belangrijk",
        "important|wichtig|important|importante|belangrijk",
        "very important|sehr wichtig|très important|très importante|muy importante|molto importante|zeer belangrijk|"
        "heel belangrijk",
        "extremely important|äußerst wichtig|extrêmement important|extremadamente importante|sumamente importante|"
        "estremamente importante|uiterst belangrijk|essential",
    ),
    _scale(
        "likelihood",
        "very unlikely|extremely unlikely|definitely not|certainly not|not at all likely|sehr unwahrscheinlich|"
        "auf keinen fall|ganz sicher nicht|très improbable|certainement pas|sûrement pas|muy improbable|"
        "definitivamente no|seguro que no|molto improbabile|sicuramente no|zeer onwaarschijnlijk|zeker niet",
        "unlikely|probably not|unwahrscheinlich|wahrscheinlich nicht|improbable|probablement pas|probablemente no|"
        "improbabile|probabilmente no|onwaarschijnlijk|waarschijnlijk niet",
        "somewhat unlikely|eher unwahrscheinlich|eher nicht|plutôt improbable|algo improbable|piuttosto improbabile",
        "neither likely nor unlikely|neutral|maybe|might or might not|perhaps|possibly|vielleicht|eventuell|peut-être|"
        "neutre|quizás|quizá|tal vez|forse|neutrale|misschien|neutraal",
        "somewhat likely|eher wahrscheinlich|eher ja|plutôt probable|algo probable|piuttosto probabile",
        "likely|probably|probably yes|wahrscheinlich|probable|probablement|probablement oui|probablemente|"
        "probablemente sí|probabile|probabilmente|probabilmente sì|waarschijnlijk|waarschijnlijk wel",
        "very likely|extremely likely|definitely|definitely yes|certainly|sehr wahrscheinlich|auf jeden fall|"
        "ganz sicher|très probable|certainement|sûrement|muy probable|definitivamente sí|seguro que sí|molto probabile|"
        "sicuramente|sicuramente sì|zeer waarschijnlijk|zeker|zeker wel",
    ),
    _scale(
        "quality",
        "terrible|awful|extremely poor|ungenügend|katastrophal|nul|pésimo|pessimo|vreselijk",
        "very poor|very bad|sehr schlecht|mangelhaft|très mauvais|très mauvaise|muy malo|muy mala|molto scarso|"
        "molto cattivo|zeer slecht|heel slecht",
        "poor|bad|schlecht|mauvais|mauvaise|malo|mala|scarso|scarsa|cattivo|slecht",
        "fair|average|okay|ok|acceptable|mittelmäßig|mittel|ausreichend|moyen|moyenne|passable|regular|discreto|"
        "mediocre|sufficiente|matig|gemiddeld|redelijk",
        "satisfactory|befriedigend|satisfaisant|aceptable|voldoende",
        "good|gut|bon|bonne|bien|bueno|buena|buono|buona|goed",
        "very good|sehr gut|très bon|très bonne|très bien|muy bueno|muy buena|muy bien|molto buono|molto buona|ottimo|"
        "zeer goed|heel goed",
        "excellent|outstanding|ausgezeichnet|hervorragend|excellent|excellente|excelente|eccellente|uitstekend",
    ),
    _scale(
        "degree",
        "not at all|none at all|überhaupt nicht|gar nicht|pas du tout|nada|en absoluto|per niente|per nulla|"
        "helemaal niet",
        "very little|hardly|hardly at all|kaum|sehr wenig|très peu|muy poco|pochissimo|nauwelijks|heel weinig",
        "a little|a little bit|slightly|a bit|not much|not very much|wenig|ein wenig|ein bisschen|un peu|peu|poco|"
        "un poco|un po'|een beetje|weinig",
        "somewhat|moderately|to some extent|etwas|mittelmäßig|teils teils|teils/teils|moyennement|algo|moderadamente|"
        "moderatamente|enigszins|matig",
        "quite|quite a bit|rather|fairly|ziemlich|eher|assez|bastante|abbastanza|tamelijk|nogal",
        "a lot|very|much|very much|a great deal|sehr|viel|stark|beaucoup|mucho|molto|veel|erg",
        "extremely|completely|äußerst|voll und ganz|sehr stark|extrêmement|énormément|tout à fait|muchísimo|"
        "extremadamente|totalmente|moltissimo|completamente|heel erg|heel veel|uiterst",
    ),
    _scale(
        "height",
        "very low|very small|sehr niedrig|sehr gering|sehr klein|très faible|très bas|muy bajo|muy baja|molto basso|"
        "molto bassa|zeer laag|heel laag",
        "low|small|niedrig|gering|klein|faible|bas|basse|petit|bajo|baja|pequeño|basso|bassa|piccolo|laag",
        "medium|middle|moderate|mittel|moyen|moyenne|medio|media|mediano|gemiddeld|middel|midden",
        "high|large|big|hoch|groß|élevé|élevée|haut|grand|alto|alta|grande|hoog|groot",
        "very high|very large|sehr hoch|sehr groß|très élevé|très élevée|muy alto|muy alta|muy grande|molto alto|"
        "molto alta|zeer hoog|heel hoog",
    ),
    _scale(
        "consent",
        "no|nein|non|nee",
        "maybe|perhaps|not sure|unsure|vielleicht|unsicher|peut-être|quizás|quizá|tal vez|forse|misschien",
        "yes|ja|oui|sí|si|sì",
    ),
)
"""The first scale that has all answers of a column is taken."""

_PLACES: Mapping[str, Mapping[str, int]] = {
    scale.name: {text: i for i in reversed(range(len(scale.steps))) for text in scale.steps[i]} for scale in SCALES
}
