"""Knows everyday words of tables in four languages, so that a question in one finds a table in another."""

from __future__ import annotations

from functools import cache

from rag.planning.row_words import terms

_GROUPS = """
price preis prix precio | cost kosten coût coste costo | amount betrag montant importe cantidad | fee gebühr beitrag
frais cuota tarifa cotisation | rent miete loyer alquiler | salary gehalt lohn salaire sueldo salario wage | rate satz
taux tarif | total gesamt summe | value wert valeur valor | quantity menge quantité | stock bestand existencias
| weight gewicht poids peso | height höhe hauteur altura | length länge longueur longitud | width breite largeur anchura
| depth tiefe profondeur profundidad | size größe taille tamaño | speed geschwindigkeit vitesse velocidad
| age alter âge edad | date datum fecha | year jahr année año | month monat mois mes
| day tag jour día | hour stunde heure hora | week woche semaine semana | name nom nombre
| address adresse dirección | city town stadt ort ville ciudad | street straße rue calle | country land pays país
| phone telephone telefon téléphone teléfono | customer client kunde cliente | supplier lieferant fournisseur proveedor
| employee mitarbeiter angestellter employé empleado | member mitglied membre miembro socio | teacher lehrer lehrkraft
enseignant professeur profesor maestro | pupil student schüler élève alumno estudiante | child kind enfant niño
| patient paciente | doctor arzt médecin médico | nurse pfleger krankenschwester infirmier enfermera enfermero
| tenant mieter locataire inquilino | landlord vermieter bailleur casero | owner eigentümer besitzer propriétaire dueño
propietario | driver fahrer conducteur chofer conductor | author autor verfasser auteur | publisher verlag éditeur
editorial | reader leser lecteur lector | room zimmer raum salle pièce chambre sala habitación aula
| flat apartment wohnung appartement piso apartamento | house haus maison casa | building gebäude bâtiment edificio
| floor etage stockwerk étage planta | class klasse classe clase | course kurs cours curso
| subject fach matière asignatura | book buch livre libro | copy exemplar exemplaire ejemplar | loan ausleihe prêt
préstamo | shelf regal étagère estante | article artikel artículo | product produkt produit producto
| order bestellung commande pedido | invoice rechnung facture factura | boat boot bateau barco | car auto voiture coche
| vehicle fahrzeug véhicule vehículo | bicycle bike fahrrad vélo bicicleta | machine maschine máquina
| tool werkzeug outil herramienta | key schlüssel clé llave | seat sitz platz siège asiento plaza
| bed bett lit cama | table tisch mesa | chair stuhl chaise silla | colour color farbe couleur | type sort typ
sorte tipo | group gruppe groupe grupo | department abteilung departamento | team équipe equipo
| role function funktion rolle fonction rol función | paid bezahlt gezahlt payé pagado | open offen ouvert abierto
| free frei libre | full voll complet completo | new neu nouveau nuevo | old alt vieux ancien viejo antiguo
| active aktiv actif activo | due fällig échu vencido | overdue überfällig | present anwesend présent presente
| absent abwesend absent ausente | vaccinated geimpft vacciné vacunado | insured versichert assuré asegurado
| married verheiratet marié casado | youth jugend jeunesse juventud | adult erwachsener adulte adulto
| woman frau femme mujer | man mann homme hombre | girl mädchen fille niña | boy junge garçon | dog hund chien perro
| cat katze chat gato | tree baum arbre árbol | apple apfel pomme manzana | bread brot pain pan | milk milch lait leche
| cheese käse fromage queso | wine wein vin vino | beer bier bière cerveza | coffee kaffee café | tea tee thé té
| wood holz bois madera | red rot rouge rojo | blue blau bleu azul | green grün vert verde | white weiß blanc blanco
| electricity power strom électricité electricidad | shopping groceries einkauf lebensmittel courses compra
| insurance versicherung assurance seguro | water wasser eau agua | heating heizung chauffage calefacción
| vet veterinary tierarzt vétérinaire veterinario | holiday vacation urlaub ferien vacances vacaciones
| trip journey travel fahrt reise trajet voyage viaje route strecke tour | kilometre km distance entfernung distancia
| km kilometre kilometer kilomètre kilómetro | litre liter litro | kg kilo kilogram kilogramm kilogramme kilogramo
| fuel petrol diesel benzin treibstoff carburant essence combustible gasolina | repair reparatur réparation reparación
| visitor besucher visiteur visitante | accident unfall accidente | black schwarz noir negro
| yellow gelb jaune amarillo | monday montag lundi lunes | tuesday dienstag mardi martes
| wednesday mittwoch mercredi miércoles | thursday donnerstag jeudi jueves | friday freitag vendredi viernes
| saturday samstag samedi sábado | sunday sonntag dimanche domingo
"""
"""Groups of words that say the same, with bars between them."""

_PLURALS = ("x", "e", "n", "en", "er", "es")
"""Endings of plurals that stemming leaves."""


@cache
def translations(word: str) -> tuple[str, ...]:
    """Return the stems of words in other languages that say the same as a stemmed word; none for other words."""
    forms = {word, *(word[: -len(end)] for end in _PLURALS if word.endswith(end) and len(word) > len(end) + 2)}
    return tuple(dict.fromkeys(stem for group in _groups() if forms & group for stem in group if stem != word))


@cache
def _groups() -> tuple[frozenset[str], ...]:
    return tuple(frozenset(terms(group)) for group in _GROUPS.split("|"))
