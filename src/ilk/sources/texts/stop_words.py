"""Words that say how a language is built and not what somebody writes about, of the languages that are told apart."""

from __future__ import annotations

from collections.abc import Mapping


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


STOP_WORDS: Mapping[str, frozenset[str]] = {
    "English": _words(
        "a about above after again against all also although always am an and another any are aren as at be because "
        "been before being below between both but by can cannot could couldn did didn do does doesn doing don down "
        "during each either else ever every few for from further get gets getting go goes going got had hadn has "
        "hasn have haven having he her here hers herself him himself his how however i if in instead into is isn it "
        "its itself just ll like made make makes many may maybe me might more most much must my myself need never "
        "no nor not now of off often on once one only or other others our ours out over own perhaps quite rather re "
        "really said same say see seems shall she should shouldn since so some something still such sure than that "
        "the their theirs them themselves then there therefore these they thing things think this those though "
        "through thus to too two under until up upon us use used using usually ve very want was wasn way we well "
        "were weren what when where whether which while who whole whom whose why will with within without won would "
        "wouldn yes yet you your yours yourself"
    ),
    "Italian": _words(
        "a ad agli ai al alla alle allo allora altra altre altri altro anche ancora avere aveva avevo ben bene c "
        "che chi ci ciò co col come con contro cosa così cui d da dagli dai dal dalla dalle dallo degli dei del "
        "dell della delle dello dentro di dire dopo dove due e ecco ed era erano essere fa faccio fare fatto fino "
        "fra già gli ha hai hanno ho i il in io l la le lei li lo loro lui ma mai me meno mentre mi mia mie miei "
        "mio molto ne negli nei nel nell nella nelle nello no noi non nostra nostro o ogni oppure per perché perchè "
        "però più poco poi può qual quale quali qualche quando quanto quasi quei quel quella quelle quelli quello "
        "quest questa queste questi questo qui quindi sarebbe se sei sempre senza si sia siamo siano sii solo sono "
        "sopra sotto sta stata stati stato stesso su sua sue sugli sui sul sulla sulle suo suoi tale tanto te ti "
        "tra troppo tu tua tuo tuoi tutta tutte tutti tutto un una uno va vi voi volta"
    ),
    "German": _words(
        "ab aber alle allem allen aller alles als also am an andere anderen auch auf aus bei beim bin bis bist da "
        "dabei dadurch dafür daher damit dann das dass daß dazu dein deine dem den denn der des deshalb dessen die "
        "dies diese diesem diesen dieser dieses dir doch dort du durch ein eine einem einen einer eines einfach "
        "einige einmal er es etwas euch euer für ganz gar gegen geht gibt gut hab habe haben hat hatte hatten hier "
        "hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im immer in ins ist ja jede jedem jeden jeder "
        "jedes jetzt kann kannst kein keine keinen können könnte machen man mal manche mehr mein meine meinem "
        "meinen meiner mich mir mit muss müssen nach nicht nichts noch nun nur ob oder ohne schon sehr sein seine "
        "seinem seinen seiner seit sich sie sind so solche soll sollte sondern sonst über um und uns unser unsere "
        "unter viel viele vom von vor war waren warum was weg weil weiter welche welchem welchen welcher wenn wer "
        "werde werden wie wieder will wir wird wirst wo wollen worden wurde wurden würde zu zum zur zwar zwischen"
    ),
    "French": _words(
        "ai aient ainsi alors après as au aucun aussi autre autres aux avait avant avec avez avoir avons c car ce "
        "ceci cela celle celles celui ces cet cette ceux chaque chez ci comme comment contre d dans de depuis des "
        "deux doit donc dont du elle elles en encore entre es est et étaient était étant été être eu eux faire fait "
        "fois font il ils j je jusque l la là le les leur leurs lorsque lui m ma mais me même mêmes mes mieux moi "
        "moins mon n ne ni nos notre nous on ont ou où par parce pas pendant peu peut plus plutôt pour pourquoi "
        "puis qu quand que quel quelle quelles quels qui quoi s sa sans se sera ses si sien soi soit son sont sous "
        "souvent suis sur t ta tant te tes toi ton toujours tous tout toute toutes très trop tu un une vers voici "
        "voilà vos votre vous y"
    ),
    "Spanish": _words(
        "a al algo algunas alguno algunos ante antes aquí así aún aunque bien cada casi como cómo con contra cosa "
        "cual cuando cuál cuándo de del desde donde dónde dos durante e el él ella ellas ellos en entonces entre "
        "era eran eres es esa esas ese eso esos está están estaba estado estar estas este esto estos estoy fue "
        "fueron ha había hace hacer hacia han hasta hay he la las le les lo los más me mejor menos mi mí mis misma "
        "mismo mucho muchos muy nada ni no nos nosotros nuestra nuestro o os otra otras otro otros para pero poco "
        "por porque pues que qué quien quién se sea ser si sí sido siempre sin sobre solo sólo son soy su sus "
        "también tan tanto te tiene tienen todo todos tu tus un una unas uno unos usted va vez y ya yo"
    ),
    "Portuguese": _words(
        "a à ainda algo alguém além ao aos apenas aquela aquele as às assim até bem cada com como da das de dela "
        "dele deles depois do dos duas e é ela elas ele eles em enquanto entre era eram essa essas esse esses esta "
        "está estão estava estas este estes eu faz fazer foi foram fui há isso isto já la lá lhe mais mas me mesmo "
        "meu meus minha minhas muito muitos na não nas nem no nos nós nossa nosso num numa o onde os ou outra "
        "outras outro outros para pela pelas pelo pelos pode por porque pouco quais qual quando quanto que quem são "
        "se sem sempre ser será seu seus si sido sim só sobre sou sua suas também tão te tem têm tenho ter tinha "
        "toda todas todo todos tu tudo um uma umas uns vai você vocês"
    ),
    "Dutch": _words(
        "aan aangezien al alle alleen alles als altijd andere ben bent bij daar dan dat de deze die dit doch doen "
        "door dus een eens en er erg ga gaan geen geweest goed haar had hadden heb hebben hebt heeft heel hem het "
        "hier hij hoe hun iets ik in is ja je jij jou jouw jullie kan kon kunnen maar maken mag me meer men met mij "
        "mijn moet moeten na naar niet niets nog nooit nu of om omdat onder ons onze ook op over reeds steeds te "
        "tegen toch toen tot tussen u uit uw van veel voor waar waarom want waren was wat we weer wel werd wie wij "
        "wil worden wordt zal ze zei zelf zich zij zijn zo zoals zonder zou"
    ),
}
"""Of each language that is told apart, the words that nearly every text in it has."""

TALK: Mapping[str, frozenset[str]] = {
    "English": _words(
        "actually agree agreed answer answered answers ask asked asking believe comment comments correct course edit "
        "edited even exactly example examples fact feel fine give given good great guess happy hello help hey hi hope "
        "idea instance interesting kind know known let little long lot lots love mean meaning means mention mentioned "
        "nice ok okay people please point post posted posts probably question questions read reply right sorry sort "
        "thank thanks thought time tried try trying understand welcome wonder work wrong"
    ),
    "Italian": _words(
        "bella bello buon buona buono capire capito caro ciao commenti commento credo domanda domande dubbio esatto "
        "esempi esempio giusta giusto grazie idea infatti invece mente pensare penso persone prego proprio punto "
        "questione ragione riguarda risposta risposte salve sbagliato scusa scusate secondo sembra sicuro significa "
        "significato so spero tempo usare uso vedere vero volte"
    ),
    "German": _words(
        "antwort antworten beispiel bitte dank danke denke eigentlich finde frage fragen freue freut genau gerade "
        "gerne glaube gruss gruß grüße gute guten guter hallo hilfe idee kommentar leider leute lieb liebe natürlich "
        "problem recht richtig sagen sicher tag vielen vielleicht weiss weiß wirklich wäre wünsche zeit"
    ),
    "French": _words(
        "accord aide article besoin bien bon bonjour bonne bonsoir commentaire commentaires crois exemple idée merci "
        "moment pense personnes plaît problème question questions réponse réponses sais salut savoir super temps "
        "vraiment"
    ),
    "Spanish": _words(
        "acuerdo ayuda buena buenas bueno buenos claro comentario comentarios creo ejemplo favor gente gracias hola "
        "idea igual manera momento parece pienso pregunta preguntas problema respuesta respuestas saludo saludos "
        "tiempo veces verdad"
    ),
    "Portuguese": _words(
        "acho ajuda boa bom certo claro comentário comentários dia exemplo favor forma gente ideia momento obrigada "
        "obrigado oi olá parece penso pergunta perguntas pessoas problema resposta respostas tempo verdade vezes"
    ),
    "Dutch": _words(
        "antwoord antwoorden bedankt beste dank dankjewel denk echt eigenlijk gewoon goede graag groet groeten hallo "
        "hoi idee juist leuk mensen misschien moment natuurlijk probleem reactie tijd vind voorbeeld vraag vragen "
        "weet"
    ),
}
"""Words of any conversation, whatever it is about: greeting, thanking, asking, answering, thinking."""
