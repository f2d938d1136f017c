"""Words that tell streets, towns and postcodes from the numbers and units that look like them."""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# A word that ends like this and has a house number after it is a street, Dutch or German ...
STREET_KINDS = tuple(
    sorted(
        _words(
            """
    straat straße strasse str str. laan weg allee platz gasse plein gracht dijk kade hof singel pad steeg markt dreef
    baan plantsoen park ring damm ufer graben wall bühel bühl hügel wiese insel kamp siedlung heide zeile promenade
    stieg twiete
    chaussee steig boulevard lei wal burgwal vest
    """
        )
    )
)

# The door in a house: "Flat 3b, 12 Mill Lane", "12 Mill Lane, Apt. 3".
DOOR_BEFORE = (
    r"(?<!\w)(?:(?:flat|apt\.?|apartment|unit|suite|ste\.?|room|studio|floor|level|block)(?: no\.?)? \w{1,5}|no\.?"
    r"|(?:top|ground|upper|lower|basement|(?:first|second|third|1st|2nd|3rd) floor) (?:floor )?flat)"
)
DOOR_AFTER = (
    r"(?:(?:apt\.?|apartment|flat|unit|suite|ste\.?|room|floor|level) ?#?(?:\d{1,5}[a-z]?|[a-z])(?!\w)|# ?\w{1,5})"
)

# The same where it has a capital in a Dutch sentence: "op Wijnhaven 7", not "haven 7".
CAPITAL_KINDS = ("haven", "veld", "heuvel", "hoek", "akker", "duin", "poort", "donk")

# ... but for these: "during 2 ...", "levering 3", "iPad 9", "onderweg 2 pakketten".
NOT_STREET = re.compile(
    r"(?:[^i](?<!goeth)ering|[aou]ring|[^e]iring|(?:ea|refe|transfe|prefe|occu|dete|sti)rring|^[sp]{0,2}ring|bring"
    r"|string|onderweg|halverwege?|hinweg|unterwegs"
    r"|(?:i|touch|mouse|note|launch|game)pad|(?:gang|voet|fiets|zebra)pad|(?:arbeits|park|stell|sitz|speicher|steck"
    r"|start)platz|(?:super|media)markt"
    r"|(?:allerlei|loopbaan|bahnsteig|car ?park)|(?:ver|be|aus|ein|um)graben|(?:boot|ge|on)kamp"
    r"|scheide)$"
)

# English kinds that are also plain words.
AMBIGUOUS_KINDS = _words(
    "way close court drive place square st ct dr sq parade walk view hill row rise gate circle trail loop plaza"
    " green park path fields meadow meadows heights pl pike vale approach bend ridge"
)

# Words of a sentence that are English streets' names too: "204 Main Ave".
IN_STREETS = _words(
    "black first good great large last long love main may april june new next old second small third west"
)

# First words of streets that are named after somebody or something.
STREET_WORDS = _words(
    """
    admiraal admiral albert anna bishop kaiser kapitein kardinaal karel king klein luitenant minister queen rembrandt
    1e 2e alte alten alter am an anne auf berliner burg burgemeester derde dr eerste generaal graaf grote großer
    doctor doktor gouverneur hertog ingenieur kanunnik luitenant-generaal meester monseigneur professor prof. dr. st
    hamburger hoge hohe jan johan karel kleine kleiner koning koningin korte kölner lage lange meester münchner neue
    neuen neuer nieuwe obere oude pastoor piet pieter president prins prinses prof sankt sint st. tweede unter
    untere willem
    """
)

# Streets that English towns have and no ending gives away: "57 Broadway", "9 The Paddocks".
KNOWN_STREETS = _words(
    """
    aldgate aldwych bishopsgate bootham briggate broadway castlegate cheapside coppergate cornmarket cowgate deansgate
    eastgate fishergate fleetgate foregate friargate gallowgate grassmarket haymarket holborn houndsditch kingsway
    kirkgate lawnmarket longacre minories micklegate millbank moorgate northgate piccadilly poultry queensway
    saltmarket sandgate southgate stonegate stramongate trongate trumpington walmgate westgate whitechapel
    whitehall embarcadero bowery esplanade
    """
) | {
    *(f"the {one}" for one in _words(
        """
        alders approach avenue beeches birches boulevard broadway causeway chase circle close coppice copse courtyard
        crescent cloisters dell downs drive embarcadero embankment esplanade fairway fallows firs gables glade glebe
        glen green grove hawthorns headlands heath heights highway hollies hollow larches laurels limes links maltings
        mall meadows mead mews moorings oaks orchard orchards paddock paddocks parade park parkway pastures pines
        poplars precinct promenade quadrant quay retreat ridgeway ride rise rowans shambles shrubbery spinney
        square squirrels stables strand sycamores terrace thicket village vineyard walk warren wharf willows woodlands
        """
    )),
    "pall mall", "high holborn", "petty france", "long acre", "park lane", "old bailey", "cheyne walk",
    "birdcage walk", "strand", "constitution hill", "ludgate hill", "tower hill", "notting hill", "primrose hill",
    "lombard street", "savile row", "paternoster row", "rotten row", "unter linden",
}  # fmt: skip

# The same of Dutch, Belgian, German, Austrian and Swiss towns, before their number.
KNOWN_STREETS_LAST = _words(
    """
    boompjes damrak rokin meir coolsingel blaak spui noordeinde kneuterdijk neude vismarkt groenmarkt voorhout
    buitenhof binnenhof oudegracht nieuwegracht kalverstraat leidseplein boulevard herenstraat keizerslei
    korenmarkt graslei kouter zeil graben kohlmarkt naschmarkt jungfernstieg alsterufer ballindamm kudamm ku'damm
    kurfürstendamm limmatquai rennweg tauentzien anger domshof wallrafplatz hohenzollernring obermarkt untermarkt
    tuchlauben freyung schottenring opernring stubenring gürtel brühl neumarkt altmarkt heumarkt viktualienmarkt
    """
)

# These have numbers and nobody lives in them: "naar filiaal 12", "to gate 7".
NUMBERED_THINGS = _words(
    """
    aisle gang regal schap shelf abteilung afdeling area artikel artikelen balie bestellung block box bus case
    chapter class code counter deel desk
    dock door einheiten etage euro fehler filiaal filiale flight floor flug fout foutcode gate gen generation gleis
    group groep gruppe hall halle hours uren stunden ios kamer kassa kast kasse kast kwh level lijn line linie locker
    loket lot minutes minuten model month months no nr nummer number office optie option order paket pakket page
    pagina part perron phase pin plan platform point points position punkt raum regel release room route runde schalter
    schritt seat section seite server setting shop slot spoor stage stand standort stap step stock storage store stuks
    stück tabel table tafel tarief tarif tariff teil terminal tisch track tram trap tray trip tür type uhr unit update
    uur vak verdieping versie version vlucht voucher wagen wagon week weken windows woche wochen zimmer zitplaats zone
    years jahre jahren jaar months monate maanden kw expiry exp expires expired
    verlopen blutdruck bloeddruk waited wait spent druk druck größe maat size reifen
    reifengröße bandenmaat verkoop sales service toets taste press lightroom
    säule saeule pijler pillar klasse schaal stufe niveau
    dagen tage tagen days months items pieces people
    adults children kids nights guests beds bags tickets persons transactions users sets boxes bottles seats cars euros
    pounds dollars volwassenen kinderen nachten gasten bedden erwachsene kinder nächte gäste betten personen koffer
    volt watt amp noon midnight percent prozent procent mbit mbps kbps gbps ghz mhz mb gb gmt cet utc est pst
    """
)

# After a number, these say that something is counted: "ik ben weg 5 dagen".
COUNTED = re.compile(
    r"\s?(?:keer|mal|times|dag(?:en)?|tage?n?|week|weken|wochen?|uu?r|uhr|minuten|min|stu(?:ks|ck)|stück|maand\w{0,2}"
    r"|monate?|jaar|jahre?|pakket\w{0,4}|pakete?|pro|gen|zoll|inch|gb|euro?|€|x)(?!\w)"
)

# Two letters after four digits that are a word or a unit, not the end of a Dutch postcode.
NOT_POSTCODE_LETTERS = _words(
    """
    gt hp ps cc kv
    ab ad ah al am an as at bc be bv by cl cm da de dl do du en er es eu fl gb go hd he hz if ik im in is it ja je
    kb kg km kw ma mb me ml mm mw my na no nr nu ob of om on op or pc pk pm sa sd so ss st tb te to tv uk um up us
    va we wh wo x1 xl xs ze zo zu
    """
)

# Stand right after a number, or in capitals beside it: sizes, weights, times, ordinals.
UNITS = _words(
    """
    ah am bc bv cc cl cm db dl en er eu fl gb gt ha hd hp hz kb kg km kv kw ma mb mg ml mm mw na nd nm no nr ns of on
    or pa pc pk pm ps px rd sa sd so ss st tb te th tl tv uk us va wh xl xs
    """
)

BRITISH_AREAS = _words(
    """
    ab al b ba bb bd bh bl bn br bs bt ca cb cf ch cm co cr ct cv cw da dd de dg dh dl dn dt dy e ec eh en ex fk fy
    g gl gu gy ha hd hg hp hr hs hu hx ig im ip iv je ka kt kw ky l la ld le ll ln ls lu m me mk ml n ne ng nn np nr
    nw ol ox pa pe ph pl po pr rg rh rm s sa se sg sk sl sm sn so sp sr ss st sw sy ta td tf tn tq tr ts tw ub w wa
    wc wd wf wn wr ws wv yo ze
    """
)

DUTCH_CITIES = _words(
    """
    alkmaar almelo almere amersfoort amstelveen amsterdam apeldoorn arnhem assen breda delft den deventer dordrecht
    drachten ede eindhoven emmen enschede gouda groningen haarlem heerlen helmond hengelo hilversum hoorn leeuwarden
    leiden lelystad maastricht middelburg nijmegen nieuwegein oss purmerend roermond rotterdam schiedam sittard
    terneuzen tilburg utrecht veenendaal venlo vlaardingen vlissingen zaandam zeist zoetermeer zutphen zwolle
    """
)

AMERICAN_CITIES = _words(
    """
    albuquerque angeles antonio atlanta austin baltimore boston chicago cleveland columbus dallas denver detroit diego
    francisco houston indianapolis jacksonville louisville memphis miami milwaukee minneapolis nashville oakland omaha
    orlando philadelphia phoenix pittsburgh portland raleigh sacramento seattle tampa tucson vegas york
    """
)

GERMAN_CITIES = _words(
    """
    aachen augsburg berlin bielefeld bochum bonn braunschweig bremen chemnitz darmstadt dortmund dresden duesseldorf
    duisburg düsseldorf erfurt essen frankfurt freiburg gelsenkirchen hagen halle hamburg hamm hannover heidelberg
    herne ingolstadt karlsruhe kassel kiel koeln krefeld köln leipzig leverkusen ludwigshafen luebeck lübeck
    magdeburg mainz mannheim muenchen muenster mönchengladbach münchen münster neuss nuernberg nürnberg oberhausen
    oldenburg osnabrück paderborn potsdam regensburg rostock saarbrücken solingen stuttgart ulm wiesbaden wuppertal
    würzburg
    """
)

BRITISH_CITIES = _words(
    """
    aberdeen bath belfast birmingham bournemouth bradford brighton bristol cambridge cardiff coventry derby dundee
    edinburgh exeter glasgow leeds leicester liverpool london manchester newcastle norwich nottingham oxford plymouth
    portsmouth sheffield southampton sunderland swansea wolverhampton
    """
)

OTHER_CITIES = _words(
    """
    aalst antwerpen antwerp brugge bruges brussel bruxelles brussels charleroi gent ghent hasselt kortrijk leuven luik
    liège mechelen namen namur oostende roeselare turnhout genk
    baden bregenz dornbirn eisenstadt graz innsbruck klagenfurt krems leoben linz salzburg steyr villach vienna wels
    wien
    gallen pölten
    aarau basel bern biel chur fribourg genf genève geneva lausanne lugano luzern lucerne neuchâtel schaffhausen sion
    solothurn thun winterthur zug zurich zürich
    aberystwyth bangor blackburn blackpool bolton burnley bury canterbury carlisle chelmsford cheltenham chester
    chesterfield colchester cork crewe croydon darlington doncaster dublin durham galway gloucester grimsby guildford
    halifax harrogate hereford huddersfield inverness ipswich lancaster limerick luton maidstone middlesbrough newport
    northampton oldham peterborough preston reading rotherham salford salisbury shrewsbury slough southend stirling
    stockport swindon taunton telford torquay truro wakefield warrington watford wigan woking worcester worthing york
    akron albany anaheim anchorage arlington aurora bakersfield bellevue berkeley boise boulder brooklyn buffalo
    burlington charleston charlotte chattanooga cincinnati colorado dayton durham fargo fresno greensboro hartford
    henderson honolulu irvine juneau knoxville lansing laredo lincoln lubbock madison mesa mobile modesto montgomery
    newark norfolk olympia omaha plano providence queens reno richmond rochester salem savannah scottsdale spokane
    springfield stockton syracuse tacoma toledo topeka tulsa wichita yonkers
    amstelveen bussum castricum culemborg doetinchem goes harderwijk heerhugowaard hoofddorp houten huizen ijsselstein
    kampen katwijk leerdam meppel naarden nijkerk oosterhout papendrecht ridderkerk rijswijk roosendaal sneek soest
    spijkenisse tiel uden valkenswaard veenendaal veldhoven venray voorburg waalwijk wageningen wassenaar weert woerden
    zaltbommel zevenaar zoetermeer zwijndrecht hoorn
    aschaffenburg bamberg bayreuth bottrop celle coburg cottbus cuxhaven dessau dormagen düren emden esslingen
    flensburg fulda fürth gera gießen göppingen görlitz göttingen gütersloh hanau heilbronn hildesheim hof iserlohn
    jena kaiserslautern kempten koblenz konstanz landshut lüdenscheid lüneburg marburg memmingen minden moers neuwied
    offenbach passau pforzheim plauen ratingen recklinghausen remscheid reutlingen rosenheim saarlouis schwerin siegen
    speyer stade stralsund suhl trier troisdorf tübingen unna velbert viersen villingen weimar wetzlar wilhelmshaven
    witten wolfsburg worms zwickau
    """
)

# A number of five digits beside one of these is its postcode.
CITIES = DUTCH_CITIES | AMERICAN_CITIES | GERMAN_CITIES | BRITISH_CITIES | OTHER_CITIES

AMERICAN_STATES = (
    "a[klrz]|c[aot]|d[ce]|fl|ga|hi|i[adln]|k[sy]|la|m[adeinost]|n[cdehjmvy]|o[hkr]|pa|ri|s[cd]|t[nx]|ut|v[at]|w[aivy]"
)

# Capitals, countries and towns elsewhere: what stands with a capital in a sentence and is nobody.
PLACES = (
    DUTCH_CITIES
    | AMERICAN_CITIES
    | GERMAN_CITIES
    | _words(
        """
        aberdeen africa afrika america amerika antwerpen asia athens athen australia australië australien
        austria bath belfast belgie belgien belgium belgië birmingham bournemouth bradford brighton bristol
        britain brugge brussel brussels brüssel budapest cambridge canada cardiff china copenhagen coventry
        croatia derby deutschland denemarken denmark dublin duitsland dundee edinburgh egypt engeland england
        europa europe exeter finland florence france frankreich frankrijk genf gent geneva germany glasgow
        graz greece griechenland griekenland hasselt heathrow holland hongkong hull india innsbruck ireland
        istanbul italien italy italië japan kent klagenfurt kopenhagen leeds leicester leuven linz lisbon
        lissabon liverpool london londen luik luxemburg luxembourg luzern madrid mailand malta manchester
        mechelen milaan milan moscow münchen naples namen nederland netherlands newcastle niederlande norway
        norwich nottingham oslo österreich oxford paris parijs plymouth poland polen portsmouth portugal prag
        praag prague preston reading rom rome salzburg schottland schiphol schweiz scotland sheffield
        singapore spain spanien spanje stockholm sunderland sweden swansea switzerland texas thailand tokyo
        turin turkey turkije türkei ukraine venice verona wales warsaw warschau washington wien wenen
        winchester wolverhampton zurich zürich california florida jersey zealand kensington westminster soho
        camden gatwick
        """
    )
)
