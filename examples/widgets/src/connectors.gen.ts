// Written by `sluice types`; edit the registry instead.
import type { Manifest } from '@sluice/connector-sdk'

export const manifest = {
  "version": 1,
  "connectors": {
    /**
     * Acme broken
     *
     * Always fails.
     */
    "acme-broken": {
      "method": "GET",
      "query": [
        "status"
      ],
      "headers": [],
      "path": {
        "required": [],
        "optional": []
      },
      "constraints": {
        "query": {
          "status": {
            "enum": [
              "500",
              "503"
            ]
          }
        }
      },
      "unlisted_parameters": "reject",
      "payload": false,
      "access": "authenticated"
    },
    /**
     * Acme catalogue
     *
     * An address that Acme redirects to another of its own.
     */
    "acme-catalogue": {
      "method": "GET",
      "query": [
        "q"
      ],
      "headers": [],
      "path": {
        "required": [],
        "optional": []
      },
      "constraints": {
        "query": {
          "q": {
            "type": "string",
            "max_length": 80
          }
        }
      },
      "unlisted_parameters": "reject",
      "payload": false,
      "access": "authenticated"
    },
    /**
     * Acme category
     *
     * A category by its display name, spaces and ampersands included.
     */
    "acme-category": {
      "method": "GET",
      "query": [],
      "headers": [],
      "path": {
        "required": [
          "name"
        ],
        "optional": []
      },
      "constraints": {},
      "unlisted_parameters": "reject",
      "payload": false,
      "access": "authenticated"
    },
    /**
     * Acme change lead
     *
     * Changes the note and nothing else, whatever else the widget sends.
     */
    "acme-change-lead": {
      "method": "PATCH",
      "query": [],
      "headers": [],
      "path": {
        "required": [
          "lead_id"
        ],
        "optional": []
      },
      "constraints": {},
      "unlisted_parameters": "reject",
      "payload": true,
      "access": "authenticated"
    },
    /**
     * Acme checksum
     *
     * Length and checksum of a file without its bytes.
     */
    "acme-checksum": {
      "method": "GET",
      "query": [
        "bytes"
      ],
      "headers": [],
      "path": {
        "required": [
          "file"
        ],
        "optional": []
      },
      "constraints": {
        "query": {
          "bytes": {
            "type": "integer",
            "minimum": 0,
            "maximum": 10485760
          }
        }
      },
      "unlisted_parameters": "reject",
      "payload": false,
      "access": "authenticated"
    },
    /**
     * Acme create lead
     *
     * The widget sends what the visitor typed; who brought the lead in is the session's user.
     */
    "acme-create-lead": {
      "method": "POST",
      "query": [],
      "headers": [],
      "path": {
        "required": [],
        "optional": []
      },
      "constraints": {},
      "unlisted_parameters": "reject",
      "payload": true,
      "access": "authenticated"
    },
    /**
     * Acme delete lead
     *
     * Only the sales team may.
     */
    "acme-delete-lead": {
      "method": "DELETE",
      "query": [],
      "headers": [],
      "path": {
        "required": [
          "lead_id"
        ],
        "optional": []
      },
      "constraints": {},
      "unlisted_parameters": "reject",
      "payload": true,
      "access": "authenticated"
    },
    /**
     * Acme download
     *
     * Bytes of a file, which may lie in folders.
     */
    "acme-download": {
      "method": "GET",
      "query": [
        "bytes"
      ],
      "headers": [],
      "path": {
        "required": [
          "file"
        ],
        "optional": []
      },
      "constraints": {
        "query": {
          "bytes": {
            "type": "integer",
            "minimum": 0,
            "maximum": 10485760
          }
        }
      },
      "unlisted_parameters": "reject",
      "payload": false,
      "access": "authenticated"
    },
    /**
     * Acme exchange rates
     *
     * An older API that takes its key in the query. Parameters that are not listed here may be sent too, the key never.
     */
    "acme-exchange-rates": {
      "method": "GET",
      "query": [
        "base"
      ],
      "headers": [],
      "path": {
        "required": [],
        "optional": []
      },
      "constraints": {
        "query": {
          "base": {
            "type": "string",
            "min_length": 3,
            "max_length": 3
          }
        }
      },
      "unlisted_parameters": "allow",
      "payload": false,
      "access": "authenticated"
    },
    /**
     * Acme moved away
     *
     * An address that redirects to a stranger, which no credential may follow.
     */
    "acme-moved-away": {
      "method": "GET",
      "query": [],
      "headers": [],
      "path": {
        "required": [],
        "optional": []
      },
      "constraints": {},
      "unlisted_parameters": "reject",
      "payload": false,
      "access": "authenticated"
    },
    /**
     * Acme my deals
     *
     * The same for the user: the proxy signs who they are, and exchanges that for a token.
     */
    "acme-my-deals": {
      "method": "GET",
      "query": [],
      "headers": [],
      "path": {
        "required": [],
        "optional": []
      },
      "constraints": {},
      "unlisted_parameters": "reject",
      "payload": false,
      "access": "authenticated"
    },
    /**
     * Acme my orders
     *
     * The orders of whoever is signed in. Who that is comes from the session alone.
     */
    "acme-my-orders": {
      "method": "GET",
      "query": [
        "status"
      ],
      "headers": [],
      "path": {
        "required": [],
        "optional": []
      },
      "constraints": {
        "query": {
          "status": {
            "enum": [
              "open",
              "shipped",
              "delivered"
            ]
          }
        }
      },
      "unlisted_parameters": "reject",
      "payload": false,
      "access": "authenticated"
    },
    /**
     * Acme partner deals
     *
     * What Acme offers its partners. The proxy gets a token for itself and keeps it until it runs out.
     */
    "acme-partner-deals": {
      "method": "GET",
      "query": [],
      "headers": [],
      "path": {
        "required": [],
        "optional": []
      },
      "constraints": {},
      "unlisted_parameters": "reject",
      "payload": false,
      "access": "authenticated"
    },
    /**
     * Acme product
     *
     * One product, reduced to what a widget shows.
     */
    "acme-product": {
      "method": "GET",
      "query": [],
      "headers": [],
      "path": {
        "required": [
          "sku"
        ],
        "optional": []
      },
      "constraints": {},
      "unlisted_parameters": "reject",
      "payload": false,
      "access": "authenticated"
    },
    /**
     * Acme product check
     *
     * Whether a product exists, without fetching it.
     */
    "acme-product-check": {
      "method": "HEAD",
      "query": [],
      "headers": [],
      "path": {
        "required": [],
        "optional": [
          "sku"
        ]
      },
      "constraints": {},
      "unlisted_parameters": "reject",
      "payload": false,
      "access": "authenticated"
    },
    /**
     * Acme product search
     *
     * Search with filters and pages. Anyone signed in may ask; what they ask changes only what they see.
     */
    "acme-product-search": {
      "method": "GET",
      "query": [
        "q",
        "category",
        "tag",
        "sort",
        "limit",
        "offset"
      ],
      "headers": [
        "Accept-Language"
      ],
      "path": {
        "required": [],
        "optional": []
      },
      "constraints": {
        "query": {
          "q": {
            "type": "string",
            "max_length": 80
          },
          "category": {
            "enum": [
              "tools",
              "garden",
              "home & kitchen",
              "outdoor"
            ]
          },
          "tag": {
            "type": "string",
            "min_length": 2,
            "max_length": 20,
            "multiple": true
          },
          "sort": {
            "enum": [
              "name",
              "price",
              "stock"
            ]
          },
          "limit": {
            "type": "integer",
            "minimum": 1,
            "maximum": 50
          },
          "offset": {
            "type": "integer",
            "minimum": 0,
            "maximum": 10000
          }
        },
        "headers": {
          "Accept-Language": {
            "type": "string",
            "pattern": "[a-z]{2}(-[A-Z]{2})?"
          }
        }
      },
      "unlisted_parameters": "reject",
      "payload": false,
      "access": "authenticated"
    },
    /**
     * Acme replace lead
     *
     * The payload passes through byte for byte.
     */
    "acme-replace-lead": {
      "method": "PUT",
      "query": [],
      "headers": [],
      "path": {
        "required": [
          "lead_id"
        ],
        "optional": []
      },
      "constraints": {},
      "unlisted_parameters": "reject",
      "payload": true,
      "access": "authenticated"
    },
    /**
     * Acme sales report
     *
     * Reports for whoever signs: every request bears a JWT of the proxy's own.
     */
    "acme-sales-report": {
      "method": "GET",
      "query": [],
      "headers": [],
      "path": {
        "required": [],
        "optional": []
      },
      "constraints": {},
      "unlisted_parameters": "reject",
      "payload": false,
      "access": "authenticated"
    },
    /**
     * Acme search options
     *
     * What the search can do.
     */
    "acme-search-options": {
      "method": "OPTIONS",
      "query": [],
      "headers": [],
      "path": {
        "required": [],
        "optional": []
      },
      "constraints": {},
      "unlisted_parameters": "reject",
      "payload": false,
      "access": "authenticated"
    },
    /**
     * Acme slow
     *
     * Answers later than the connector waits.
     */
    "acme-slow": {
      "method": "GET",
      "query": [
        "ms"
      ],
      "headers": [],
      "path": {
        "required": [],
        "optional": []
      },
      "constraints": {
        "query": {
          "ms": {
            "type": "integer",
            "minimum": 0,
            "maximum": 60000
          }
        }
      },
      "unlisted_parameters": "reject",
      "payload": false,
      "access": "authenticated"
    },
    /**
     * Acme status
     *
     * Public: needs no session. Acme says nothing about caching, so an answer is kept for a minute.
     */
    "acme-status": {
      "method": "GET",
      "query": [],
      "headers": [],
      "path": {
        "required": [],
        "optional": []
      },
      "constraints": {},
      "unlisted_parameters": "reject",
      "payload": false,
      "access": "anonymous"
    },
    /**
     * Acme stream
     *
     * Lines that come one by one.
     */
    "acme-stream": {
      "method": "GET",
      "query": [
        "lines",
        "every_ms"
      ],
      "headers": [],
      "path": {
        "required": [],
        "optional": []
      },
      "constraints": {
        "query": {
          "lines": {
            "type": "integer",
            "minimum": 0,
            "maximum": 100000
          },
          "every_ms": {
            "type": "integer",
            "minimum": 0,
            "maximum": 10000
          }
        }
      },
      "unlisted_parameters": "reject",
      "payload": false,
      "access": "authenticated"
    },
    /**
     * Acme upload
     *
     * Any bytes, streamed; Acme answers with their length and checksum.
     */
    "acme-upload": {
      "method": "PUT",
      "query": [],
      "headers": [],
      "path": {
        "required": [
          "name"
        ],
        "optional": []
      },
      "constraints": {},
      "unlisted_parameters": "reject",
      "payload": true,
      "access": "authenticated"
    },
    /**
     * Acme warehouse stock
     *
     * Stock of the region that the platform team chose, changed within the last hour.
     */
    "acme-warehouse-stock": {
      "method": "GET",
      "query": [
        "sku"
      ],
      "headers": [
        "X-Acme-Trace"
      ],
      "path": {
        "required": [],
        "optional": []
      },
      "constraints": {
        "query": {
          "sku": {
            "pattern": "AC-[0-9]{3}"
          }
        },
        "headers": {
          "X-Acme-Trace": {
            "enum": [
              "on",
              "off"
            ]
          }
        }
      },
      "unlisted_parameters": "reject",
      "payload": false,
      "access": "authenticated"
    },
  }
} as const satisfies Manifest
