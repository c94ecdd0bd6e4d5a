# Organisations

organisation-kind-bureau = Civil affairs bureau
organisation-kind-finance = Finance bureau
organisation-kind-town = Town office
organisation-kind-school = Training school
organisation-kind-assessor = Assessment body
organisation-kind-first-aid-issuer = Red Cross
organisation-kind-institution = Care institution
institution-kind-care-home = Care home
institution-kind-town-care-centre = Town care centre
institution-kind-home-care-centre = Home care centre
organisation-status-active = Active
organisation-status-closed = Closed
accreditation-scope-training = Training
accreditation-scope-assessment = Skill level assessment
accreditation-scope-first-aid = First-aid certificates
accreditation-status-active = In force
accreditation-status-suspended = Suspended
accreditation-status-withdrawn = Withdrawn

field-body_code = Body code
field-institution_kind = Kind of institution

organisations-title = Organisations
organisations-all = All
organisations-show = Show
organisations-none = No organisations
organisations-none-text = There are none of this kind in your area.
organisation-title = Organisation
organisation-name = Name
organisation-name-en = English name
organisation-area = Area
organisation-beds = Beds
organisation-status = Status
organisation-details = Details
organisation-accreditations = Accreditations
organisation-staff = { $count } employed on { $date }
accreditation-scope-heading = Scope
accreditation-document = Document
accreditation-level-separator = , {""}
