// Written from the registry by `pnpm manifest`; edit that instead.
import type { Manifest } from '@sluice/connector-schema'

export const manifest = {
  "version": 1,
  "connectors": {
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
    }
  }
} as const satisfies Manifest
