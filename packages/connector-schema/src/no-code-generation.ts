/**
 * For a page whose Content-Security-Policy forbids code from strings: imported before anything else of this package, it
 * keeps zod from trying `new Function`, which the browser would report. It holds for every zod schema of the page that
 * is made afterwards; a server leaves it out, where compiled schemas parse twice as fast.
 */
import * as z from 'zod'

z.config({ jitless: true })
