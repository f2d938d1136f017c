"""Common words of the three languages: what they have in common is listed for each, and then decides nothing.

Function words decide by themselves. The other words are there for their letters: with the function words they make the
runs of three letters that tell how a language looks. All lists are our own.
"""

FUNCTION_WORDS = {
    "en": """
        a about after again all already also always am an and another any anyone anything are aren't around as at
        away back be because been before being both but by can can't cannot could couldn't did didn't do does
        doesn't doing don't done down during each either else even ever every everything few for from get gets
        getting give go goes going gone good got had has have haven't having he hello help her here hers hi him his
        how however i i'd i'll i'm i've if in into is isn't it it's its just know last least less let let's like
        long made make many may maybe me might mine more most much must my myself need needs never new next no
        nobody none not nothing now of off ok okay on once one only onto or other our ours out over own please quite
        rather really right same say see seems shall she should shouldn't since so some someone something soon sorry
        still such sure take than thank thanks that that's the their them then there there's these they they're
        they've thing things think this those though through till to today tomorrow too under until up us very want
        wanted wants was wasn't way we we'll we're we've well went were what what's when where whether which while
        who whom whose why will with within without won't would wouldn't yes yesterday yet you you'd you'll you're
        you've your yours dear regards first hey cheers
    """,
    "nl": """
        aan achter al alle alleen alles als altijd ander andere anders beetje ben bent bij binnen boven bovendien
        d'r daar daarna daarom daarvoor dag dan dank dankjewel bedankt dat de deze dezelfde die dit doe doen doet
        doordat door dus echt een eens eerder eerst elk elke en enige enkele er erg ergens even ga gaan gaat gedaan
        geeft geen geven geweest goed goede graag had hadden hallo heb hebben hebt heeft heel helaas help hem hen
        het hier hierbij hij hoe hoeveel hoi hun iemand iets ieder iedereen ik ikzelf in is ja je jij jou jouw
        jullie kan kon kun kunnen kunt laat later liever maak maakt maar maken meer meest mevrouw mij mijn mijne
        minder misschien moest moet moeten mocht mag m'n mn 'n na naar naast nee neem niemand niet niets nieuw
        nieuwe nodig nog nooit nou nu of om omdat onder ons onze ook op opnieuw over per precies 's samen sinds snel
        soms sorry staat steeds straks 't te tegen terug tijdens toch toen tot tussen u uit uw uzelf vaak van vanaf
        vandaag vanuit veel verder via volgens volgende voor vorige waar waarom waardoor waren was wat we weer weet
        wel welke werd wie wij wil wilde willen wilt word worden wordt zal ze zeer zei zelf zich zie zien ziet zij
        zijn z'n zo zoals zonder zou zouden zullen zult groet groeten klein kleine groot grote beste geachte gister
        gisteren morgen vanmorgen vanmiddag vanavond
    """,
    "de": """
        ab aber alle allem allen alles als also am an ander andere anderen anders auch auf aus außerdem bei beide
        beim bereits bin bis bist bitte da dabei dadurch dafür damit danach danke dann daran darauf darum das dass
        davon dazu dein deine dem den denn der deren des deshalb die dies diese diesem diesen dieser dieses doch
        dort du durch eben ein eine einem einen einer eines einfach einige einmal er erst es etwas euch euer eure
        frau für ganz gar gegen genau gern gerne gestern gibt ging gleich gut gute guten guter habe haben habt hallo
        hast hat hatte hatten hätte heute herr hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im immer
        in ins irgendwie ist ja jede jedem jeden jeder jedes jedoch jemand jetzt kann kannst kein keine keinem
        keinen keiner können könnte könnten könntest leider lieber los mach machen macht mal man mehr mein meine
        meinem meinen meiner mich mir mit möchte möchten morgen muss müssen musste nach nachdem nächste nächsten
        nein neu neue neuen nicht nichts nie noch nun nur ob oben oder ohne schon sehr sei seid sein seine seinem
        seinen seiner seit selbst sich sie sind so sofort soll sollen sollte sollten sondern sonst tun über übrigens
        um und uns unser unsere unserem unseren unter viel viele vielen vielleicht vom von vor vorher wann war waren
        warum was weil weiter weitere welche welchen welcher welches wenig wenn wer werde werden wie wieder wieso
        will wir wird wissen wo wohl wollen wollte worden würde würden wurde wurden zu zum zur zurück zusammen zwar
        zwischen tschüss grüße gruß liebe geehrte geehrter moin klein kleine kleinen groß große großen hilfe
    """,
}

OTHER_WORDS = {
    "en": """
        account address amount answer appointment arrive arrived available balance bank battery bike bill booking
        box bought broadband broken button buy call called cancel cancelled card change charge charged check chosen
        click code colleague company connection contract contact cost customer damaged date delay delivered delivery
        deposit device discount door download email error explain file find fix flight free home hour house internet
        invoice item keep laptop late letter light line link login looking lost mail manage message minute missing
        mobile money month morning moving name network night number offer office old online open order ordered
        package parcel password pay payment phone plan possible price problem product question reach ready receipt
        receive received refund remember repair replace reply reset return router screen send sent service set
        shipping shoes shop sign signal size slow speed start station stop store street support switch system
        technician tell ticket time train tried trip trouble try trying turn understand update upgrade use used
        using wait waiting warranty watch week weekend wifi window wonder wondering work working works wrong year
    """,
    "nl": """
        aanbieding aankoop aanvraag aanmelden abonnement achterwiel adres afgelopen afrekenen afspraak annuleren
        antwoord bedrag bedrijf begrijpen begrijp bellen bericht bestellen besteld bestelling bestelnummer betaald
        betalen betaling bezorgd bezorger bezorging bezorgen bevestiging brief buiten collega contact contract
        controleren doorgeven doos duurt fiets foto fout garantie gebeld gebruik gebruiken geld geleden geleverd
        gekocht gekregen geprobeerd gestuurd gevraagd gewijzigd goedemiddag goedemorgen goedenavond gratis helpen
        huis inloggen kapot kijken klaar klacht klant klantenservice klopt kosten korting krijg krijgen kwijt lamp
        langskomen lening leveren levering levertijd lopen lukt maand maat meldt melding mening mogelijk monteur
        mooi naam nummer onderdeel ontvangen opgelost opgezegd ophalen opnemen opzeggen oplossing pakket pakketje
        prijs probeer proberen probleem product rekening reparatie repareren retour retourneren rijden schade scherm
        schrijven slot sleutel snelheid sturen stuk stuur tijd toevoegen terugbetaling uitleggen uur vergeten
        vergoeding verhuizen verkeerd verkopen vertellen vertraging verzekering verzenden verzonden vinden vraag
        vragen vriendelijk wachten wachtwoord wachtwoorden week weken weten werkt werken wijzigen winkel zadel
        zoeken zitten ziek zodat
    """,
    "de": """
        abbestellen abgeschickt abholen abonnement adresse anfrage angebot angekommen anmelden anruf anrufen antwort
        anzeige artikel aufgabe auftrag ausgeben bank bedeutet beheben bekommen benötigen benutzen bescheid
        beschädigt bestätigung bestellen bestellt bestellung bestellnummer betrag bezahlen bezahlt bleibt brauche
        brauchen brief dauert defekt durchgeführt einloggen einrichten entschuldigung erhalten erklären erreichen
        ersatz erstattung fahrrad falsch fehler fehlermeldung fertig filiale finden firma frage fragen freundlich
        freundlichen funktioniert garantie gebühr gebucht gekauft geld geliefert gerät geschickt geschäft gesendet
        geprüft gutschein größe haus helfen herzlich internet jahr karte kaputt kaufen klappt kollege kommen kommt
        konto kosten kostenlos kunde kündigen kündigung kundennummer lampe langsam laufen lieferung liefern
        lieferzeit lösung mahnung meldung melden minuten mitarbeiter monat monate montag möglich nachricht name
        nummer paket passiert passwort post preis problem probiert produkt prüfen rabatt rechnung rechnungen
        reklamation reparatur reparieren rückerstattung rücksendung rückgabe schaden schauen schicken schlüssel
        schnell schreiben schuhe schönen stelle straße stunden störung tage techniker telefon termin umtauschen
        umziehen unterlagen unterwegs versand verbindung verloren verschickt versicherung verspätung versuchen
        versucht verstehe vertrag verzögerung vorgang wählen warte warten wechseln weiß weiterleiten werktage woche
        wochen wohnung wünsche zahlen zahlung zeit zugang zugeschickt zurückgeben zurücksenden zustellung
    """,
}

# In names; alone they are articles and prepositions.
PARTICLES = "van von de der den des ter ten te zu zum zur am la le di da du"

# Agents and customers of any language say these.
WORDS_OF_ALL = """
    ok okay oké oke k thanks thx sorry hey hi hallo yes cool super top bye nice perfect check hotel internet email mail
    online account app website chat box link
"""
