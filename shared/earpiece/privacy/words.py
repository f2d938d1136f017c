"""Words of English, Dutch and German that are no part of a name, an address or a code."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MONTH = (
    r"(?:jan(?:uar[iy]?)?|feb(?:ruar[iy]?)?|mar(?:ch)?|m(?:aart|rt)|m(?:ä|ae)rz?|apr(?:il)?|ma[yi]|mei|jun[ei]?"
    r"|jul[iy]?"
    r"|aug(?:ust(?:us)?)?|sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?)"
)

# Stand inside a name or a street, in lower case, when a name goes on after them.
PARTICLES = _words(
    """
    't af al av ben bin da de del della den der di dos du el het ibn la le les mc op oude st te ten ter v/d van
    van't vom von y zu zum zur
    """
) | {"in 't", "op 't", "aan 't", "van 't"}

# What platforms call a participant who has no name; masking these words would hide nothing and spoil much.
ROLES = _words(
    """
    admin agent anoniem anonymous benutzer besucher bezoeker bot client customer gast gebruiker guest klant kunde
    kundin onbekend service support systeem system team unbekannt unknown user visitor
    """
)

_ENGLISH = _words(
    """
    wishes nachbarn nachbar kontoinhaber kontoinhaberin rekeninghouder dankjewel dankuwel bestelnummer bestellnummer
    klantnummer kundennummer probeer verkopen heaps loads
    tons bunch million anyway tho folk peeps xx xxx bud pal dude buddy allerseits vielmals doei
    hoor schat lieverd ziens appreciated perfect nice cool awesome amazing
    people several both different various multiple representative advisor adviser manager yours take goodbye called
    a about account acme address after afternoon again all already also am an and any anyone anything app
    application are as asap at available back be because been before best bit black both bought btw but by bye
    calling can cannot card chat check cheers colleague colleagues company contacting could credit currently
    customer day days dear delivery details did discount do does doing don't done either email even evening ever
    every everybody everyone everything fine first folks for friday from full gents get getting glad go going good
    got great guys had happening happens happy has have having he hear hello help her here hey hi him his hope
    hoping how i i'd i'll i'm i've if in interested into invoice is isn't issue it it's item its just kind know
    ladies late later left let like live long longer look looking lot love lovely madam make many mate may maybe me
    message mine mister monday more morning most mr mrs ms much my myself name need never new next night no nobody
    none not nothing now number of off ok okay on one only or order ordered other our out over package parcel
    payment phone placed please pls problem problems product question quick raised ready really reason receipt
    received refund regarding regards reply request return returned right said same saturday see send sent service
    shall she shop should since sincerely sir so some somebody someone something sorry still store such sunday super
    support sure team tel than thank thanks that that's the their them then there they this those though thursday to
    today tomorrow too trying tuesday two um unable under until up us use used using very via voucher waiting want
    wanted was we we're website wednesday weekend well were what when where which while who whole why will with
    without won't wondering worried would writing wrong wrote yes yesterday yet you you're your yours
    """
)

_DUTCH = _words(
    """
    koningsdag pinksteren pinksterdag hemelvaart hemelvaartsdag pfingsten himmelfahrt silvester neujahr oudjaar
    gefeliciteerd aanslag aanvraag afzender ontvanger dankjewel concession birth birthday geburt geboorte exfrau exmann
    exvrouw exman ausweis eingang ausgang erledigt abgelehnt bauantrag antrag badge birthdate einzugsermächtigung
    meldezettel grundsteuer sperrmüll zählerstand meterstand proficiat congratulations felicitaties glückwunsch
    aan adres al alle allemaal allen als altijd alvast anders app artikel avond bedankt beetje bel belde ben
    benieuwd bericht best beste besteld bestelling betaald betaling bezig bij bijna blij collega collega's daar dag
    dan dank dat de deze dhr die dinsdag dit doe doei donderdag door dus een eens en er ergens even factuur familie
    fijn fijne ga gaan gaat geachte gebeld geen gekocht geleverd gesproken gewoon gisteren goed goede goedemiddag
    goedemorgen goedenavond graag groet groeten groetjes haar had hartelijk hartelijke heb hebben hebt heeft heer
    hem hen het hier hij hoe hoi hoor hun iedereen iemand iets ik in inmiddels is ja jammer je jij jou jouw jullie
    kan klant klantenservice klopt kom komt kun kunnen kunt levering lieve loopt maandag maar mag man me medewerker
    meer meneer mensen met mevr mevrouw mij mijn misschien moest moet mogen morgen mvg mw na naam naar nee net niet
    niets nieuwe niks nog nogmaals nooit nu of om omdat onder ons ontvangen ook op order over overigens pakket
    postcode prima probleem rekening retour rond sinds snel soms sorry storing straks super te team tegen telefoon
    ten terug tot trouwens tussen twee u uit uw vaak van vanaf vandaag veel verder verzonden vond voor vraag vraagje
    vriendelijk vriendelijke vrijdag vrouw waar waarom wacht wachten wanneer waren was wat we wel welke werk wie wij
    wil wilde willen wilt winkel woensdag word wordt zal zaterdag ze zeer zei zelf zich zie zij zijn zo zondag
    zonder zou zullen
    """
)

_GERMAN = _words(
    """
    angenommen unterschrieben telefoniert
    ab aber adresse alle allen alles als also am an anfrage angerufen anschrift antwort arbeit artikel auch auf aus
    ausland bald bei beim bekommen bereits beste bestellt bestellung besten bestens bezahlt bin bis bisher bitte
    bräuchte da dafür damen damit danach dank dankbar danke dann das dass dein deine dem den denn der des dich die
    dienstag dies diese dieser dir doch donnerstag dort du durch ein eine einem einen einer eines er erhalten erst
    es etwas euch euer eure familie firma fr frage frau freitag froh frohe für ganz gebürtig geduld gehe geht
    gekauft geld geliefert gerade gern gerne gerät gesprochen gestern grund gruß grüße gute guten guter habe haben
    hallo hat hatte haus hause herr herren herrn heute hier hilfe hinweis hr hätte ich ihm ihn ihnen ihr ihre ihrem
    ihren ihrer im immer in info ins ist ja jemand jetzt kann kauf kein keine kollege kollegin konto kunde
    kundenservice kundin können könnte könnten lager leider lg liebe lieben lieber liebes lieferung mail mal man
    mann mehr mein meine meinem meinen meiner meister mfg mich mieter mir mit mitarbeiter mittwoch moin montag
    morgen muss möchte müssen nach nachbar nachricht nein neu neue neuen nicht nichts noch nummer nun nur nämlich ob
    oder ohne paket postleitzahl problem rechnung rückgabe rückmeldung rückruf samstag schnell schon schöne schönen
    sehr sein seine seit selbst service sich sicher sie sind so sofort soll sollte sonntag sonst student studentin
    support tag team telefon termin ticket um umgezogen umzug und uns unser unsere unter unterwegs urlaub versand
    versandt verschickt verzweifelt vg viel viele vielen vielleicht vom von vor vorhin wann war ware waren wartezeit
    warum was weil wenn wer werde werden wie wieder will wir wird wo woche wohl wohne wollte wäre würde würden zu
    zufrieden zum zur zurück zusammen zwei zwischen über überrascht übrigens
    """
)

_CALENDAR = _words(
    """
    april august augustus christmas december dezember easter eur euro februar februari february gbp januar januari
    january juli july june juni kerst maart mai march may mei märz november october oktober ostern pasen september
    usd weihnachten
    """
)

_NATIONS = _words(
    """
    dutch german english british american irish french belgian italian spanish polish turkish european
    nederlander nederlands belg belgisch duits duitser engels deutscher deutsche österreicher schweizer
    """
)

# What people are to each other and to us: a name comes after them, and none begins with them.
_ROLES_OF_PEOPLE = _words(
    """
    addressee adviser assistant aunt beneficiary boss boyfriend brother cardholder consultant courier cousin dad
    daughter doctor driver engineer father friend girlfriend guest husband landlady landlord mother mum mom neighbor
    neighbour nephew niece nurse owner parents partner passenger patient policyholder recipient roommate sister son
    keeper policyholder student supervisor teacher technician tenant uncle wife
    accountmanager adviseur bezorger broer buurman buurvrouw chauffeur dochter dokter eigenaar gast huurder kaarthouder
    verzekeringnemer verzekeringsnemer kleindochter kleinzoon moeder monteur neef nicht oma oom ontvanger opa
    passagier patiënt tante technicus vader
    verhuurder verzekerde vriend vriendin zoon zus
    ansprechpartner ansprechpartnerin berater beraterin betreuer betreuerin bruder bruders chef chefin empfänger
    empfängerin enkel fahrer fahrgast freund freundin karteninhaber karteninhaberin mieter mutter neffe nichte onkel
    partnerin schwester sohn techniker tochter vater vaters vermieter versicherte
    """
)

_MORE = _words(
    """
    apologies apology cardholder settings privacy surname speaking helpdesk
    excuses klantenservice kundenservice helpdesk achternaam voornaam nachname vorname toevoegen verwijderen basis
    entschuldigung wochenende feierabend schönes schöner schönen hinzufügen löschen gesprächspartner
    wants wanted lives hung wrote wonen woont schreven wohnen wohnt geschrieben möchten
    gott grüß zählerstand meterstand reads hierbij hiermit hierdoor betreft betrifft betreffend
    above according actually although apparently basically because before below besides both bring brilliant cancel
    certainly change choose class clearly collect confirm continue currently definitely delivered depends despite
    during each either else enjoy ensure especially every exactly except find finally following forget fortunately
    further give given has hence hold however ideally important including instead its keep last least leave let
    literally main maybe meanwhile min moreover move nearby neither nobody note obviously often once other otherwise
    outside overall page part perhaps possible previously probably quite rather recently regardless remove replace
    roughly season seems select several should show simply since sir size small medium large sometimes soon speaking
    calling spoken start status still stop such surely switch technically therefore these thinking those thus together
    total totally towards turn type typical typically understood unfortunately unless unlike until upon usually various
    version visit wait watch welcome whatever whenever wherever whether which whoever whose within wow yeah yep zero
    alleen alsof anderhalf beiden beneden bijvoorbeeld binnen blijkbaar boven buiten daarna daarom daarvoor destijds
    duidelijk echter eerder eerste eigenlijk eindelijk elke ergens gelukkig haal heel helaas helemaal hiermee hierna
    hiernaast hopelijk indien iedere inderdaad intussen kies klik later laatst liever meestal mits momenteel mogelijk
    namelijk natuurlijk nergens normaal ofwel ongeveer onlangs open opnieuw paar pagina plus precies seizoen sommige
    spreken staat status steeds sowieso stuur tenzij tijdens toch toen uiteraard uiteindelijk verder versie volgens
    volgende vorige vroeger waarschijnlijk wellicht weinig wederom zeker zelfs zodat zodra zowel
    abgesehen abteilung aktuell allerdings andere anruf anfang außerdem beide beides bereits besser besonders
    dabei dadurch daher dahin damals danach daneben daran darauf daraus darin darüber darum davon davor dazu demnach
    dennoch deshalb deswegen deutlich doppelt dritte drüben eben ebenfalls eigentlich einfach einige einmal endlich
    entweder erste etwa falls fast folgende gar gegen gegenüber gemäß genau genug gestrig gibt gleich gleichzeitig
    größe hiermit hingegen hinter hoffentlich inzwischen irgendwann irgendwie jede jeder jedes jedenfalls jedoch jene
    klar komisch laut letzte manche manchmal meist meistens mindestens momentan natürlich neben nebenan nie niemand
    normalerweise nochmal oft plötzlich seitdem seite selbstverständlich sobald sogar solange sonstige sowohl sprechen
    staffel später statt status telefonisch tatsächlich trotz trotzdem ungefähr verbinden vermutlich wahrscheinlich
    weder weiter weiterhin welche welchem welchen welcher welches wenig wenigstens weshalb wieso wobei wohin zudem
    zuerst zuletzt zumindest zunächst zwar
    """
)

# What somebody does, or a sentence begins with: no last name, though it may come right after a first name.
_VERBS = _words(
    """
    accepts asks asked bought broke came claims comes contacted cancelled delivers explained found forgot fixed gets
    goes helps informed joined keeps knows left likes logged lost makes needs opened paid picked pressed promised
    read refused replied says sees sends ships signed takes tells thinks tried uses went works
    aanvaardt antwoordde begrijpt belde bestelde bestelt betaalde betaalt beloofde bezorgt brengt deed denkt doet
    gaf geeft haalt hebt helpt hielp houdt koopt kreeg krijgt kwam leveren levert liet maakt neemt nam noemt opende
    ontving pakt regelt reageert spreekt spreken staan stuurt stuurde verloor vertelde vertelt vindt vraagt vroeg
    wacht werkt weet woon zag zegt zegt ziet zit zoekt zouden
    antwortet antwortete arbeitet bat bekam bestellt bestellte bezahlte brachte braucht bringt denkt findet fragte
    fragen fragt funktioniert gab gibt half hilft hieß holt kam kauft kennt kommt lief liefern liefert macht
    meinte meldet nahm nimmt öffnete rief ruft sagte sagt schickte schickt schreibt sieht spricht steht stehen
    anrufen bellen terugbellen zurückrufen mailen appen spreken sprechen bereiken erreichen informieren informeren
    kontaktieren contacteren benachrichtigen doorverbinden verbinden tracking
    sucht tritt unterschreibt verlor versprach wartet weiß weiss zahlt zahlte
    technical technische technischer technischen technischem department dienst afdeling profile profiel profil
    waarmee womit kontakt contact geburtsdatum geboortedatum kontonummer rekeningnummer anmeldeversuch
    inlogpoging vermeld
    habt gilt thx betalen bezahlen lezer reader mate
    boekhouding buchhaltung administratie accounts passed away gegeven gegeben
    rammelt klappert wackelt piept lekt tropft ändert ändern wijzigt wijzigen veranderde changes changed rattles leaks
    meter zähler seat seats platz stoel sitz sitzplatz abonnement abo kindly frohes frohe neues gluten economy class
    understand understood verstehe begrijp begrijpen understands barcode strichcode schüler schülerin leerling pupil
    furious urgent urgently broken frustrated disappointed angry upset unhappy confused satisfied dissatisfied annoyed
    ridiculous unacceptable outrageous terrible awful disgusting appalled shocked valued hiring chatbot world concerned
    teleurgesteld boos gefrustreerd ontevreden verbaasd woedend spoed dringend belachelijk schandalig onacceptabel
    onvoorstelbaar vreselijk verschrikkelijk enttäuscht wütend verärgert unzufrieden frustriert verwirrt empört
    unverschämt inakzeptabel lächerlich furchtbar schrecklich eilig eilt ratlos
    tschüss tschüß tschau ciao liefs downstairs upstairs unten oben beneden boven doorzenden nachsenden vinyl
    missing required invalid incorrect blank empty ontbreekt onjuist fehlt falsch
    prescribed verschreef verschrieben refuses promises beloofd versprochen
    geldig gültig valid nett freundlich aangenaam tuurlijk angenehm
    """
)

_TITLES = _words("dr prof professor drs ir ing doctor doktor")

# The words that end a name, or show that none begins.
STOP_WORDS = _ENGLISH | _DUTCH | _GERMAN | _CALENDAR | _NATIONS | _TITLES | _ROLES_OF_PEOPLE | _MORE | _VERBS | ROLES
SENTENCE_WORDS = STOP_WORDS - PARTICLES

CALENDAR = _CALENDAR
GERMAN_WORDS = _GERMAN - _ENGLISH - _DUTCH

NAMES_AND_WORDS = _words("Will Mark May April June Grace Rose Hope Joy Bill Rob Sue Art Max Jan Mei August")
