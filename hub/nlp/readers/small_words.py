"""The commonest small words of the languages that transcripts are told apart by, as people say them in meetings."""

_WORDS = {
    "en": (
        "the and is are was were have has had having will would should shall could can may might must this that "
        "these those with for from what which who whom whose there they them their you your yours we us our ours my "
        "mine i me he him his she her it its be been being am do does did doing done a an in on of to at by as if "
        "or so no not but up out over off about into than then when where why how all any some more most much many "
        "each every both either neither just only also even still very too well now here again once yes yeah yep "
        "okay ok oh um uh er hm hmm right sure because though although while since until unless after before "
        "between through during without within under above let lets get gets got go goes going gone come came make "
        "makes made take takes took give gave see saw know knew think thought mean means say says said tell told "
        "want need needs like look good great new old one two three four five six seven eight nine ten first last "
        "next other another same own such few less least little big down back way thing things something anything "
        "nothing everything someone anyone nobody everybody everyone people day week month year time today tomorrow "
        "yesterday monday tuesday wednesday thursday friday saturday sunday don't doesn't didn't won't wouldn't "
        "can't couldn't shouldn't isn't aren't wasn't weren't haven't hasn't hadn't i'm i'll i've i'd you're you'll "
        "you've you'd he's he'll she's she'll it's it'll we're we'll we've we'd they're they'll they've that's "
        "that'll there's here's what's who's let's where's how's one's gonna wanna gotta kind sort maybe perhaps "
        "really actually please thanks thank sorry already yet ever never always often whether"
    ),
    "de": (
        "der die das und ist nicht wir ich du er sie es ein eine einen einem einer eines mit auf für den dem des "
        "von vom auch haben hat habe hatte hatten dass wird werden wurde wurden noch aber oder bei beim nach sind "
        "war waren zum zur zu wenn schon kann können könnte könnten muss müssen müsste soll sollen sollte sollten "
        "wollen will würde würden darf bis dann da dort hier jetzt heute morgen nur sehr mehr als am an im in um "
        "aus so wie was wer wo wann warum weil mich mir uns euch ihr ihm ihn ihre ihren unser unsere unseren mein "
        "meine dein kein keine keinen nichts etwas alle alles diese dieser dieses diesen einmal mal doch ja nein "
        "bitte danke gibt geht macht machen gehen kommt kommen sagen seit vor über unter zwischen gegen ohne durch "
        "also damit denn ob immer wieder ganz gut vielleicht nächste nächsten nächster woche wochen bin bist seid "
        "sich hast gerade erst zwei drei vier"
    ),
    "es": (
        "el la los las un una unos unas de del y e o u que qué en con sin por para como cómo pero muy más también "
        "hay ya esto este esta estos estas eso ese esa hasta desde nos les le lo se me te su sus mi mis tu tus "
        "nuestro nuestra cuando cuándo porque si sí no es son está están estoy estamos estaba era fue ser ha han he "
        "hemos había tiene tienen tenemos tengo vamos voy va van hacer hace puede puedo podemos pueden debe debemos "
        "quiero queremos sobre entre aquí allí ahora hoy mañana todo todos toda todas algo nada nadie al yo él ella "
        "ellos ustedes usted gracias bien entonces siempre semana próxima próximo otro otra mismo donde dónde quién "
        "así"
    ),
    "fr": (
        "le la les un une des du de d' et est en dans pour pas nous vous sur avec sans ce cet cette ces qui que "
        "quoi sont être avons avez ont a ai mais ou où très aussi il elle ils elles on je tu c'est au aux ne plus "
        "par comme si y se sa son ses leur leurs notre nos votre vos mon ma mes était été fait faire faut peut peux "
        "pouvez pouvons doit devons dois allons va vais vont donc alors quand parce tout tous toute toutes rien "
        "encore déjà jusqu'à jusqu' depuis entre chez bien oui non merci ça cela ici là maintenant aujourd'hui "
        "demain semaine prochaine prochain j'ai n'est qu'il qu'on n'a n'ont l'on d'un d'une s'il qu'elle avant "
        "après sous même autre me te lui eux"
    ),
    "it": (
        "il lo la i gli le un una uno di del della dei delle dello nel nella nei al alla alle ai che è e ed per non "
        "con sono siamo sei ma anche questo questa questi queste quello quella ci vi si mi ti abbiamo ho hai ha "
        "hanno avete più perché quando come dove chi cosa dobbiamo devo deve devono può possiamo posso possono "
        "voglio vogliamo fare fa era stato stata essere da dal dalla in su sul sulla tra fra se o ancora già molto "
        "tutto tutti tutte niente adesso ora oggi domani settimana prossima prossimo io tu lui lei noi voi loro mio "
        "mia suo sua nostro nostra grazie bene quindi allora c'è ne senza fino dopo prima sempre così"
    ),
    "pt": (
        "o a os as um uma uns umas de do da dos das e em no na nos nas ao aos à que é com sem por para pelo pela "
        "como mas também mais muito isso isto este esta esse essa aquele até desde nós você vocês eu ele ela eles "
        "elas me te se seu sua seus meu minha nosso nossa temos tem têm tenho está estão estou estamos são ser foi "
        "era vamos vai vou vão fazer faz pode podemos posso podem deve devemos precisamos preciso quero não sim já "
        "ainda quando porque onde quem agora hoje amanhã tudo todos toda todas nada algo semana próxima próximo "
        "obrigado obrigada bem então há sobre entre outro outra depois antes lhe ou"
    ),
    "nl": (
        "de het een en van niet wij we ik je jij jullie u hij zij ze dat dit die deze met op voor zijn is was waren "
        "ook maar nog wordt worden werd hebben heeft heb had hadden moet moeten naar dan er aan bij kunnen kan kon "
        "zal zullen zou zouden wil willen mag gaat gaan ga doen doet komt komen te om in uit over onder tussen "
        "tegen zonder door als of dus want omdat wat wie waar wanneer waarom hoe hier daar nu vandaag morgen al "
        "alles iets niets geen meer veel heel wel goed ja nee dank bedankt mijn jouw uw ons onze hun haar hem mij "
        "me zich tot sinds na volgende week weer altijd toch even eens ben bent"
    ),
    "pl": (
        "i w z ze nie się na jest że do to jak ale tak już czy przez oraz będzie będą będę mamy mam ma mają dla od "
        "po są także które który która którzy musimy muszę musi możemy mogę może trzeba co kto gdzie kiedy dlaczego "
        "bo więc też tylko jeszcze bardzo tu tam teraz dziś dzisiaj jutro ja ty on ona my wy oni nas nam mnie mi "
        "ich jego jej go ten ta te tego tej tym tych o u przy przed za pod nad bez aby żeby jeśli jeżeli gdy był "
        "była było były być coś nic wszystko wszyscy dobrze proszę dziękuję dzięki tydzień tygodniu czyli albo lub "
        "swoje nasz nasze naszego można mogą mógł"
    ),
}
_IN_ENGLISH_TOO = (
    # words, names and abbreviations of English lines
    "die war dies den bin hat rat gut mal per pas con sin son sale plus ton fin mes comment chose sur main tore ten "
    "tale met men mar ben jan ma pa mi fa si se come com um er ah ai al eu est un et nos no as was we her here he "
    "is am em era bis bit over want even eens dot ones same me do go pod pan jest bo my tam tak na po od on ona co "
    "to za u w z i o y e a an in so tu te ti us dank data "
    # what places and people are named with
    "de da do dos das di del della du des der den dem van von vom ter het 't la le les lo los las el il san santa "
    "saint sous au aux im zum zur"
)
SMALL: dict[str, frozenset[str]] = {name: frozenset(words.split()) for name, words in _WORDS.items()}
"""Language to its words."""
IN_ENGLISH_TOO = SMALL["en"] | frozenset(_IN_ENGLISH_TOO.split())
"""Words that an English line may hold: English ones, and those that names of sites and people are made of."""
