package bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Of an event on Kafka what the job needs, read with the streaming parser. */
final class Event {
  private static final JsonFactory JSON = new JsonFactory();

  String type;
  String eventId;
  String eventTime;
  String sellerId;
  String listingId = "";
  String productId = "";
  double price;
  String returnId = "";
  double amount;

  static Event read(byte[] value) {
    Event event = new Event();
    try (JsonParser parser = JSON.createParser(value)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonToken token = parser.nextToken();
        switch (name) {
          case "type" -> event.type = parser.getText();
          case "event_id" -> event.eventId = parser.getText();
          case "event_time" -> event.eventTime = parser.getText();
          case "seller_id" -> event.sellerId = parser.getText();
          case "listing_id" -> event.listingId = parser.getText();
          case "product_id" -> event.productId = parser.getText();
          case "price" -> event.price = Double.parseDouble(parser.getText());
          case "return_id" -> event.returnId = parser.getText();
          case "amount" -> event.amount = Double.parseDouble(parser.getText());
          default -> {
            if (token.isStructStart()) {
              parser.skipChildren();
            }
          }
        }
      }
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
    return event;
  }
}
