"""What bears a person's name and is nobody: brands, shops, works, and the nouns that a product's name stands before."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# "first last" of labels, shops and works named after people, folded.
_PAIRS = """
dr. oetker|adam opel|agent provocateur|alfred ritter|alice olivia|anne klein|annie sloan|asbach uralt|aunt bessie
|aunt jemima
|austin reed|bakker bart|bob evans|betty barclay|betty crocker|burt's bees|captain morgan|cath kidston|charles schwab
|charles stanley|carl's jr|clinton cards|diane von|dirk van|dom perignon|dorothy perkins|douwe egberts|dr browns
|dr hauschka|dr jart|dr martens|dr oetker|dr scholl|dr pepper|duncan hines|eddie bauer|edward jones|elie saab
|emma bridgewater|ernst klett|ernsting's family|famous amos|fannie mae|freddie mac|frank's redhot|gina tricot
|gordon's gin
|georgia pacific|gustav klimt|harvey nichols|harvey norman|hargreaves lansdown|heidi klum|jack link's|james wellbeloved
|jacob's creek|jacobs kronung|jacobs krönung|jane norman|jasper conran|jean pascale|jessica simpson|jil sander
|jimmy dean|jimmy johns|joe boxer|johann lafer|john hancock|john smedley|johnson johnson|joseph joseph|josef seibel
|julius bar|karen walker|kevin klein|kurt adler|lana grossa|laura biagiotti|laura geller|linda mccartney|leen bakker
|little debbie|liz earle|lloyds bank|louis pion|luigi bormioli|lucy locket|madame tussauds|marco tozzi|marie callender
|maria mitchell|mark levinson|martha stewart|mary berry|mary kay|max havelaar|merrill lynch|michael page|miles kimball
|miss dior|miss selfridge|monica vinader|morgan stanley|moss bros|mr bean|mr clean|mr coffee|mr kipling|mr muscle
|mr porter|mrs hinch|mrs meyers|nelson mandela|newman's own|oliver bonas|oliver peoples|olivia burton|orla kiely
|papa john's|papa johns|paul green|paul costelloe|perry ellis|perry sport|peter hahn|peter jones|peter kaiser
|peter rabbit|peter thomas|philip treacy|piet klerkx|prins bernhard|raymond james|raymond weil|rebecca minkoff
|robert dyas|robert walters|roger dubuis|rosa luxemburg|rose gold|rosie's place|russell hobbs|sallie mae|sally beauty
|sergio rossi|sergio tacchini|simon levelt|simon lévelt|stanley black|stanley cup|stanley tools|stella rosa
|stuart weitzman|ted lapidus|thomas philipps|tim hortons|timo boll|tommy bahama|tony roma|tony's chocolonely
|trader joe's|trudi toys|uncle bens|uncle tobys|van gogh|van haren|van melle|vera bradley|victoria beckham
|victoria's secret|walter knoll|walter meier|warren james|wells fargo|werner's best|wilhelmina peppermunt|willem ii
|william hill|william morris|winnie pooh|winston cigarettes|zadig voltaire|ferdinand porsche|martin luther|heinz ketchup
|jack russell|rosa parks|jim thompson|johann strauss|van houten|anne geddes|paul newman|sir kensington's
|abercrombie fitch|albert heijn|albert cuyp|alexander mcqueen|alexander wang|anne frank|anna sui|aston martin|ben jerry
|ben sherman|bobbi brown|bruno banani|calvin klein|carl zeiss|carolina herrera|charles tyrwhitt|charlotte tilbury
|christian dior|christian louboutin|clark kent|david beckham|doc martens|dolce gabbana|donna karan|elizabeth arden
|ella fitzgerald|emma mattress|emma matras|emma matratze|emma one|emma original|emporio armani|estee lauder|fred perry
|george foreman|gerry weber|giorgio armani|gerard darel|guy laroche|hannah montana|harley davidson|harry potter
|harry winston|hector kitchen|helena rubinstein|helly hansen|henri lloyd|henry hoover|hugo boss|issey miyake|ivy park
|jack daniels|jack jones|jack wolfskin|jack russell|jacob cohen|james bond|james dyson|jamie oliver|jean paul
|jean-paul gaultier|jeff banks|jil sander|jim beam|jimmy choo|jo malone|joe fresh|john deere|john lewis
|john smith's|johnnie walker|johnny walker|juicy couture|karen millen|karl lagerfeld|karl marx|kate spade|kenneth cole
|kylie cosmetics|laura ashley|laura mercier|liz claiborne|louis vuitton|lucky luke|marc jacobs|marc cain|marc o'polo
|marco polo|marie claire|mario kart|super mario|martin guitars|max factor|michael kors|miss sixty|moritz bier
|mickey mouse|nina ricci|norton antivirus|oscar mayer|oscar de|oscar wilde|otto versand|otto katalog
|paco rabanne|paul frank
|paul mitchell|paul smith|peter pan|philipp plein|philip morris|pierre cardin|ralph lauren|ray ban|ray-ban|robert bosch
|roberto cavalli|sally hansen|sam edelman|sara lee|stan smith|stella artois|stella mccartney|steve madden
|ted baker|thierry mugler|thomas cook|thomas sabo|thomas tank|tom ford|tom tailor|tom tom|tommy hilfiger|tommy jeans
|tony lama
|tory burch|uncle ben's|vera wang|vera wang|vince camuto|vivienne westwood|wendy's burger|will rogers|yves rocher
|yves saint|zadig voltaire|bob marley|bjorn borg|björn borg|dr. martens|g-star raw|scotch soda|jan linders|jan van
|kurt geiger|rip curl|roger vivier|ron dorff|sandro paris|suzuki vitara|maison margiela|miele complete|alfa romeo
|romeo y|santa maria|maria galland|ava max|carl friedrik|emily strange|eva solo|georg jensen|sophie allport
|burton snowboards|leonardo dicaprio|donald duck|bob ross|henry schein|jenny craig|weight watchers
|marks spencer|ben nevis|king charles|queen elizabeth|prince charles|victoria line|elizabeth line|albert hall
|richard mille|alexander graham|charles darwin|isaac newton|ludwig beck|peter lang|heinz winkler|simon kucher
|frank green|charles wells|kris kringle|mary poppins|peter thomas|jacob delafon|villeroy boch|kathe wohlfahrt
|bobbi brown|helena christensen
|jamie kids|bart smit|sophie la|mark hill|penny lane|penny farthing
|christ juwelier
|jean patou|joe browns|julius meinl|oscar jacobson|robert graham|samuel hubbard|simon carter|arthur price
|kevin murphy|john frieda|john masters|john varvatos|joop homme|wolfgang joop|robert welch|thomas pink|vincent price
"""
NAMED_THINGS = frozenset(one.strip() for one in _PAIRS.replace("\n", "").split("|"))

# Places whose names are written with letters of their own language.
FOREIGN_PLACES = _words(
    """
    kraków łódź poznań gdańsk wrocław szczecin malmø århus ålborg aalborg tromsø bodø københavn besançon alanya muğla
    beşiktaş kadıköy eskişehir balıkesir aydın şanlıurfa diyarbakır išgum plzeň brno šibenik dubrovnik škoda são córdoba
    køln smørrebrød købmand curaçao iași timișoara bucurești rīga vilnius jūrmala česká čevapčići
    """
)

# After a name these say that it is a product's: "the Oscar chair", "de Emma matras".
PRODUCT_NOUNS = _words(
    """
    app armchair screen scherm bildschirm tumbler tier pack plan bot ai assistant tee mascara blazer loafers tote
    mix clutch
    curler curlers steamer concession bier bräu crate multitool knife messer mes screwdriver sander saw säge zaag
    compressor heckenschere lawnmower strimmer grill bbq cooker saucepan teapot casserole dinghy kayak scooter roller
    step hairbrush hairspray shampoos conditioner nail polish nagellak nagellack cologne deodorant aftershave
    wallet purse soap scarf gift vodka whisky whiskey gin beer cream lotion shampoo perfume pizza sauce food cookbook
    collab limited sandal boot shoe trainers joggers robe gown slippers backpack rucksack luggage suitcase kit
    stand backpack bag bank bed bedframe bike blouse boots boxspring broek bureau camera card case chair coat
    collection collectie couch curtains cushion dekbed desk dress drawer eettafel edition fan fauteuil fiets film game
    garnituur gordijn gordijnen hemd hocker hoodie horloge hose house jacke jacket jas jeans jurk kaart kast kasten
    kettle kissen kleed kleid kleur koffer kollektion kommode krug kussen lamp lampe laptop leuchte light machine matras
    matratze mattress mirror model modell mug necklace ottoman oven pan parfum parfüm perfume pfanne pillow plank
    polo print pullover regal ring rok rug rucksack rugzak sandalen sandals schoenen schrank schreibtisch schuhe serie
    series servies sessel set shelf shirt shoes shorts sideboard skirt sneaker sneakers sofa speaker spiegel stehlampe
    stiefel stoel stool stuhl sweater table tafel tas tasche teppich tisch top topper tray trousers trui tv uhr vaas
    pendant dining bench blazer bookcase wallet boxers mascara eau bodylotion parka vest skates stroller
    vase vloerkleed wardrobe watch jumper cardigan decke spel spiel album boek book buch dvd duvet sheets
    shaver trimmer razor rasierer scheerapparaat hairdryer föhn haartrockner straightener chinos tie belt gürtel riem
    cufflinks earrings bracelet armband ohrringe oorbellen necklace pendant brooch sunglasses sonnenbrille zonnebril
    wallpaper tapete behang palette eyeshadow lipstick lippenstift foundation moisturiser moisturizer serum candle
    kerze kaars diffuser toaster blender mixer wasserkocher waterkoker kettle iron bügeleisen strijkijzer vacuum
    staubsauger stofzuiger mower rasenmäher grasmaaier drill bohrer boormachine toolbox doll puppe puzzle puzzel
    figure figurine plush teddy playset garage tractor traktor guitar gitarre gitaar piano keyboard headphones
    kopfhörer koptelefoon earbuds soundbar turntable tablet printer drucker monitor router tent zelt tie-dye racket
    helmet helm boiler thermostat heater fridge kühlschrank koelkast dishwasher tights socks socken sokken leggings
    swimsuit bikini pyjamas pyjama nightgown dungarees overalls tuxedo suit anzug waistcoat weste vest blanket quilt
    vinyl record mug bowl heels notebook bra jumpsuit compact bodysuit paint verf farbe rice reis rijst bear
    workbench werkbank blend tumbler
    towel towels handtuch handdoek rum wine wein wijn tea chocolates biscuits cookies
    """
)

COLOURS = _words(
    """
    red blue pink purple orange yellow navy burgundy beige turquoise gold silver rood blauw roze paars geel goud zilver
    rot blau grün gelb lila rosa silber anthrazit antraciet
    """
)

# First words of what shops sell and of shops: "Philips Airfryer" alone on a line is nobody.
BRANDS = _words(
    """
    acer adidas airpods alfa amazon android apple asics asus aldi apple audi bang beats beko bialetti black bluetooth
    bmw bose bosch braun brother barclays lloyds natwest hsbc santander nationwide monzo revolut tesco sainsbury's
    sainsburys asda morrisons
    waitrose argos currys o2 ee tmobile verizon comcast xfinity geico allstate aviva axa allianz evri dpd ups fedex usps
    yodel etsy walmart costco wayfair decathlon asos shein temu aliexpress airbnb expedia ryanair easyjet lufthansa klm
    transavia tui eurowings emirates jetblue netflix hulu disney adobe oracle salesforce dropbox stripe visa mastercard
    amex kpn odido tele2 telfort lebara simyo eneco vattenfall essent greenchoice nuon rabobank ing abn amro bunq
    knab asn
    sns triodos bol coolblue wehkamp blokker jumbo gamma praxis karwei kwantum etos kruidvat postnl gls dhl telekom
    congstar freenet rewe edeka netto kaufland rossmann saturn hornbach obi bauhaus toom deichmann sparkasse commerzbank
    postbank dkb n26 comdirect volksbank huk ergo debeka aok barmer eon rwe enbw swisscom sunrise migros postfinance ubs
    magenta hofer billa spar firefox safari excel outlook whatsapp telegram instagram facebook tiktok twitter linkedin
    youtube github gitlab jira teamviewer debian ubuntu fedora linux macos chromium skype webex canon casio chrome
    chromecast coca converse crocs de dell delonghi denon devolo dyson
    ebay echo electrolux epson fairphone fitbit fjällräven fritz galaxy garmin gopro google grohe gucci hama hema
    honor hoover hp huawei ikea instax ipad iphone jabra jbl jura kärcher kenwood kindle kitchenaid klarna krups
    lacoste lego lenovo levi levis lg lidl linksys logitech macbook makita medion mediamarkt melitta microsoft miele
    moccamaster moulinex mini nespresso nest netgear new nike nikon nintendo nokia oneplus oral osram oura panasonic
    paypal pixel philips playstation polar prada prime puma ring rolex roomba rowenta russell samsung sage sandisk
    sennheiser senseo shark siemens sky smart smeg sonos sony steam spotify surface swatch tefal tesla thuisbezorgd
    tom tp uber ugg under vans vaillant viessmann vitamix vodafone volkswagen volvo weber wifi windows withings xbox
    mcafee norton jenkins oetker kärcher karcher xiaomi yamaha zalando zara ziggo premium gratis order bestelling
    bestellung rücksendung retour store shop online
    customer kunden klanten black cyber den new san los las bad sankt north south west east
    """
)
# First names, and words that are some, that shades, teas and scents have too.
SHADES = _words(
    """
    amber ash aqua azure berry blossom blush coral cedar chestnut cherry cinnamon clementine clover cobalt crystal dawn
    ebony emerald fern forest ginger hazel heather indigo iris ivory jade jasmijn jasmin jasmine jet lavender lila lilac
    lily linden magnolia mahogany marigold melon mint misty moss oak olijf olive olivia onyx opal orchid peach pearl
    pepper petrol plum poppy raven rose rosa roos rosemary ruby saffron sage sand scarlet sienna sky sienna stone storm
    summer terra violet violetta willow winter vanilla earl rowan smaragd saphir robijn topaz turquoise
    """
)

# Shops that have a name of people.
SHOPS = _words(
    """
    hema douglas thalia penny wibra christ norma otto hertie jerome joop gerry zara mango julie's claire's wickes
    dunelm wilko clintons clarks russell greggs harrods selfridges morrison morrisons denner manor coop müller mueller
    hugendubel ernsting's peek jumbo dirk jan bart xenos mayersche nordsee bonita adler albert macy's wendy's
    kohl's dillard's denny's bloomingdale's lowe's trader domino's nando's jessops boots argos debenhams
    """
)

# A firm has these after or at the end of its name, people do not.
FIRM_WORDS = _words(
    """
    drogerie drogist drogisterij drugstore
    markt market supermarkt supermarket strom energie energy gas mobile mobil telecom telekom toys denim beauty outlet
    juwelier jewellers jeweler jewelers outfitters bakery bäckerei bakkerij brauerei brewery brouwerij bräu bier coffee
    kaffee koffie pizzeria pizza burger fashion mode optik optiek opticians apotheke apotheek pharmacy chemist
    gmbh ltd limited plc inc llc bv b.v vof ag kg corp corporation holdings group gruppe groep sons söhne zonen
    interiors cosmetics kosmetik electronics elektronik concession hotel hotels inn resort suites hostel airlines
    airways reisen reizen travel tours bank versicherung versicherungen insurance verzekeringen verlag buchhandlung
    boekhandel bookshop bookstore bistro restaurant brasserie gym fitness cinema kino bioscoop
    """
)

ARTICLES = _words(
    """
    the a my your our his her their this that de het een mijn uw je jouw jullie onze ons zijn haar hun deze dit dat der
    die das den dem des ein eine einen einem einer mein meine meinen meinem meiner dein deine deinem deinen ihr ihre
    ihrem ihren ihrer unser unsere unserem unseren unserer euer eure eurem euren im am beim zum zur
    """
)
# Before a thing or a place stands one of these; before a person's full name none does.
BEFORE_THINGS = _words(
    """
    the a an de het een der die das den dem des ein eine einen einem einer my mijn your uw jullie our onze ons mein
    meine meinen meinem eure euer unser unsere this that these those deze dit dat diese dieser dieses to in from naar
    uit nach aus with via per mit bei by using use on auf pay app new nieuwe neue model modell brand merk marke und and
    en or of oder no geen kein keine any two twee zwei ordered order buy bought bestelde besteld bestellt
    """
)
# After a name these say that it is a place's: "Wilson Road".
PLACE_NOUNS = _words(
    """
    street road avenue lane square drive station park hall centre center airport bridge hospital university college
    stadium house store stores hotel mall arena island beach county valley hills bay bahnhof hauptbahnhof centraal
    walk row court crescent terrace gardens mews parade quay wharf close pub clinic surgery pharmacy tunnel cathedral
    library academy
    apotheke krankenhaus klinik klinikum schule grundschule gymnasium realschule kirche brücke stiftung ziekenhuis kerk
    brug basisschool lyceum apotheek stichting
    straße strasse platz museum theater zoo garten outlet
    """
)
NOUN_ENDINGS = (
    "ung",
    "heit",
    "keit",
    "schaft",
    "tion",
    "sendung",
    "artikel",
    "nummer",
    "number",
    "isch",
    "ware",
    "wagen",
    "konto",
    "karte",
    "vertrag",
    "paket",
    "adresse",
    "rekening",
    "kaart",
    "nemer",
    "nehmer",
    "nehmerin",
    "holder",
    "houder",
    "inhaber",
    "inhaberin",
    "arbeiter",
    "arbeiterin",
    "werker",
    "steller",
    "stellerin",
    "bildschirm",
)

# Before a name these say that it is a place's, a thing's or a saint's.
PLACE_WORDS = _words(
    """
    saint st sint sankt san santa hotel cafe café restaurant bar school schule kasteel castle college university
    universiteit universität theater theatre stadium stadion park museum kerk kirche church airport flughafen hurricane
    storm sturm orkan orkaan hurrikan typhoon cyclone sturmtief lake mount brand merk marke model modell port fort
    camp villa chateau
    """
)

# Towns, states and countries that are first names too.
PLACES_NAMED_ALIKE = _words(
    """
    adelaide alexandria america asia aspen athena austin avalon boston bristol brooklyn camden carolina carson chad
    charlotte chelsea chester cleveland clinton dakota dallas denver eden florence geneva georgia helena houston hudson
    india ireland israel jackson jamaica jericho jersey jordan kent kenya kingston lincoln london lourdes madison malta
    memphis milan montana montgomery odessa olympia orlando paris phoenix preston princeton raleigh regina roma salem
    santiago savannah sienna siena sierra sofia sydney trenton troy tulsa valencia verona victoria vienna virginia
    washington wellington dublin lyon lima cordoba florida carolina orleans kassel essen
    """
)

# Who answers for a firm: after a name these say whose colleague that is, and are no last name.
DEPARTMENT = (
    r"\w{0,20}(?:dienst|service|team|filiaal|filialen?|abteilung|afdeling|desk|balie|schalter|counter|cent(?:er|re)"
    r"|centrum|winkel|support"
    r"|hotline|zentrale|kantoor|b(?:ü|ue)ro|bank|shop|store|branch|office|department|vertrieb|technik|buchhaltung"
    r"|boekhouding|administratie|verkoop|verkauf|sales|billing|accounts|recepti(?:e|on)|rezeption|empfang|versicherung"
    r"|verzekering(?:en)?|werkstatt|garage|apothee?ke?|praxis|praktijk|klinik|kliniek|stadtwerke|logistik|versand"
    r"|claims|bookings|warehouse|dispatch|reservations|logistics|finance|compliance|security|laden|depot)"
)
